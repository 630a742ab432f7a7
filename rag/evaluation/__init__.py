"""What `rag eval` and `rag feedback` need: collections, metrics, runs saved and compared, reports, votes reviewed."""
