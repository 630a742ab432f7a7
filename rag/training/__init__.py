"""rag/training."""
