"""index/models/tools."""
