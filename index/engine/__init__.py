"""index/engine."""
