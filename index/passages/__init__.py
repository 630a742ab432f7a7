"""Sentence bounds, and splitting articles into passages at them. It knows nothing of models or of where passages go."""

from index.passages.embedding_text import embedding_text, text_hash
from index.passages.sentences import sentence_spans
from index.passages.split import MAX_CHARACTERS, parts_paragraphs, split_article

__all__ = ["MAX_CHARACTERS", "embedding_text", "parts_paragraphs", "sentence_spans", "split_article", "text_hash"]
