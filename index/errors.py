"""Everything that can go wrong between a corpus and an index.

RagError                        root of every error that a person is shown
├── CorpusError                 the corpus is missing, or holds no article that can be read
├── GenerationError             the index on disk can't be used
│   ├── GenerationMissingError  there is no index here yet
│   ├── GenerationForeignError  another program, or another version of the format, wrote the directory
│   └── GenerationDamagedError  a file is missing, cut short or altered
├── WriterBusyError             another process writes this index, or imports into this corpus
├── ParserProcessError          no process can be started to parse files
├── ReindexEndedError           the process of a re-index ended before its work was done
├── ImportUsageError            an option of an import is wrong, such as a day that does not exist
├── StorageError                the disk refused a read or a write
└── ModelError                  a model can't be loaded, or is not the one the index was made with
    └── PrecisionError          this processor can't compute the model in that precision

RefusedError                    one file, record or page can't become an article; collected in the report
├── WithdrawnError              the file could be read, and what it held before is no longer kept
├── ForbiddenError              an address that rag import may not fetch from
└── UnreachableError            a server gives no usable answer

Every class of this project's errors ends in Error. `code` is the name by which programs know an error, in the JSON of
commands and in problem documents; it stays as it is when a class is renamed.
"""

from typing import Any, ClassVar


class RagError(Exception):
    """What went wrong and where, in one sentence, and what to do next.

    `str(error)` is both; `what` and `remedy` are the parts, for a program or a page.
    """

    code: ClassVar[str] = "RagError"

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} {remedy}")
        self.what = what
        self.remedy = remedy

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle what is held, whatever the constructor asks for, so that a process can send its error to another."""
        return _without_init, (type(self), self.args), vars(self)


def _without_init(error_class: type[RagError], args: tuple[object, ...]) -> RagError:
    return error_class.__new__(error_class, *args)


class CorpusError(RagError):
    """The corpus is missing, or holds no article that can be read."""

    code = "CorpusError"


class GenerationError(RagError):
    """The index on disk can't be used."""

    code = "SnapshotError"


class GenerationMissingError(GenerationError):
    """There is no index in this directory yet."""

    code = "SnapshotMissing"


class GenerationForeignError(GenerationError):
    """Another program, or another version of the format, wrote the directory."""

    code = "SnapshotForeign"


class GenerationDamagedError(GenerationError):
    """A file of the live generation is missing, cut short or altered."""

    code = "SnapshotDamaged"


class WriterBusyError(RagError):
    """Another process holds the writer lock of an index, or of a corpus that is imported into."""

    code = "WriterBusy"


class ReindexEndedError(RagError):
    """The process of a re-index ended before its work was done."""

    code = "ReindexEnded"


class ParserProcessError(RagError):
    """No process can be started to parse files."""

    code = "ParserProcess"


class ImportUsageError(RagError):
    """An option of an import is wrong, such as a day that does not exist."""

    code = "ImportUsageError"


class StorageError(RagError):
    """The disk refused a read or a write: it is full or read-only, or permission is missing."""

    code = "StorageError"


class ModelError(RagError):
    """An embedding, reading or reranking model can't be loaded, or is not the one an index was made with."""

    code = "ModelError"


class PrecisionError(ModelError):
    """This processor can't compute a model in a precision."""

    code = "PrecisionError"


class RefusedError(ValueError):
    """One file, record or page can't become an article; the message is the reason."""


class WithdrawnError(RefusedError):
    """A file that could be read whole no longer holds an article, so what it held before is not kept."""


class ForbiddenError(RefusedError):
    """An address that rag import may not fetch from; the message is the reason."""


class UnreachableError(RefusedError):
    """A server gives no usable answer; the message is the reason."""
