"""Everything that can go wrong between a question and its answer.

RagError (of the index room)   what went wrong, where, and what to do next
├── QuestionError              the question can't be read: it is empty, too long, or holds no word
├── FilterError                a filter's value is wrong
├── SettingError               a setting of the assistant is out of its range
├── ArticleUnknownError        no article has that id
├── FeedbackFullError          the file of votes may not grow any more
├── CollectionError            an evaluation collection lacks a file, or its gold is not in its text
└── RunError                   a saved run can't be read, or is of other questions
"""

from index.errors import RagError


class QuestionError(RagError):
    """The question can't be read: it is empty, too long, or holds no word."""

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
    """The file of votes may not grow any more."""

    code = "FeedbackFull"


class CollectionError(RagError):
    """An evaluation collection lacks a file, or a gold span is not in its article's text."""

    code = "CollectionError"


class RunError(RagError):
    """A file is not a saved run, or is a run of other questions than those it is compared with."""

    code = "RunError"
