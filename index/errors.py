"""Everything that can go wrong on the way from a corpus to an index on disk.

RagError                    the root of every error of this project that a person is shown
├── CorpusError             the corpus is missing, or holds no readable article
├── SnapshotError           the index on disk can't be used
│   ├── SnapshotMissing     there is no index here yet
│   ├── SnapshotForeign     the directory, or its format, is not one this program writes
│   └── SnapshotDamaged     a file is missing, cut short or altered
├── WriterBusy              another process is writing this index, or importing into this corpus
├── ImportUsageError        an option of an import is not what it should be, such as a day that is none
├── StorageError            the disk refused a read or a write
└── ModelError              a model can't be loaded, or is not the index's
    └── PrecisionError      this processor can't compute it in that precision

Refused                     one file or record can't become an article; collected in the
│                           report, never shown as a failure of the whole run
└── Withdrawn               it could be read, and what it held before is not kept
"""


class RagError(Exception):
    """What went wrong and where, in one sentence, and what to do next.

    `str(error)` is both; `what` and `remedy` are the parts, for a program or a page.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} {remedy}")
        self.what = what
        self.remedy = remedy


class CorpusError(RagError):
    """The corpus is missing, or holds no readable article."""


class SnapshotError(RagError):
    """The index on disk can't be used."""


class SnapshotMissing(SnapshotError):
    """There is no index in this directory yet."""


class SnapshotForeign(SnapshotError):
    """The directory was not written by this program, or by another version of its format."""


class SnapshotDamaged(SnapshotError):
    """A file of the live generation is missing, cut short or altered."""


class WriterBusy(RagError):
    """Another process holds the writer lock of an index, or of a corpus that is imported into."""


class ImportUsageError(RagError):
    """An option of an import is not what it should be, such as a day that is no day."""


class StorageError(RagError):
    """The disk refused a read or a write: full, read-only, or no permission."""


class ModelError(RagError):
    """A model, to embed, read or re-rank, can't be loaded, or is not the one an index was made with."""


class PrecisionError(ModelError):
    """This processor can't compute a model in a precision."""


class Refused(ValueError):
    """One file or record can't become an article; the message is the reason."""


class Withdrawn(Refused):
    """A file that could be read whole holds no article any more, so what it held before is not kept."""
