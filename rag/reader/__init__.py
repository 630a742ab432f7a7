"""The reader: the question-answering model, which gives how likely each span of a passage is to answer a question.

It reads texts and knows nothing of indexes or articles. README.md is its model card; `rag.training` trains it.
"""

from rag.reader.model import TransformerReader, reader_of
from rag.reader.reading import Reader, Reading

__all__ = ["Reader", "Reading", "TransformerReader", "reader_of"]
