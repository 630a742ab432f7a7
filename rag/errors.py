"""Everything that can go wrong between a question and its answer.

RagError (of the index room)   what went wrong, where, and what to do next
├── QuestionError              the question is empty, too long, or holds no word
├── FilterError                a filter's value is wrong
├── SettingError               a setting of the assistant is out of its range
├── ArticleUnknownError        no article has that id
├── FeedbackFullError          the file of votes has reached its largest size
├── CollectionError            an evaluation collection lacks a file, or a gold span is not in its article's text
├── RunError                   a saved run can't be read, or holds other questions
└── PackagesMissingError       a package that only evaluation needs is not installed
"""

from index.errors import RagError


class QuestionError(RagError):
    """The question is empty, too long, or holds no word."""

    code = "QuestionError"


class FilterError(RagError):
    """A filter's value is wrong, such as a date that does not exist."""

    code = "FilterError"


class SettingError(RagError):
    """A setting of the assistant is out of its range."""

    code = "SettingError"


class ArticleUnknownError(RagError):
    """No article of the index has that id."""

    code = "ArticleUnknown"


class FeedbackFullError(RagError):
    """The file of votes has reached its largest size."""

    code = "FeedbackFull"


class CollectionError(RagError):
    """An evaluation collection lacks a file, or a gold span is not in its article's text."""

    code = "CollectionError"


class RunError(RagError):
    """A file is not a saved run, or its run holds other questions than the run it is compared with."""

    code = "RunError"


class PackagesMissingError(RagError):
    """A package that only evaluation needs is not installed."""

    code = "PackagesMissing"
