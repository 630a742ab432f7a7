"""The reader: the question-answering model, which says how likely each span of a passage answers. README.md is its card.

It reads texts for a question and knows nothing of indexes or articles. `rag.training` trains it.
"""

from rag.reader.model import Reader, Reading, TransformerReader, reader_of

__all__ = ["Reader", "Reading", "TransformerReader", "reader_of"]
