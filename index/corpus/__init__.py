"""index/corpus."""
