"""index/engine/local."""
