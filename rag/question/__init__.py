"""rag/question."""
