"""index/passages."""
