"""rag/retrieval."""
