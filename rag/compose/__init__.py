"""rag/compose."""
