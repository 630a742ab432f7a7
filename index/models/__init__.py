"""index/models."""
