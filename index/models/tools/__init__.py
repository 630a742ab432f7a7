"""Programs that made the files shipped in index/models. They need more packages than the project itself."""
