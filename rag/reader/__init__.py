"""The reading model: what of a passage answers a question. Training it is in `train`, its card in README.md."""

from rag.reader.loading import SHIPPED
from rag.reader.model import NONE, Reader, Reading, TransformerReader, reader_of

__all__ = ["NONE", "SHIPPED", "Reader", "Reading", "TransformerReader", "reader_of"]
