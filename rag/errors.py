"""Everything that can go wrong between a question and its answer.

RagError (of the index room)     what went wrong, where, and what to do next
├── QuestionError                the question can't be read: empty, too long, without a word
├── FilterError                  a filter's value is not what it should be
├── SettingError                 a setting of the assistant is out of its range
├── ArticleUnknown               no article has that id
├── FeedbackFull                 the file of votes may grow no more
├── CollectionError              an evaluation collection is missing a file, or its gold is not in its text
└── RunError                     a saved run can't be read, or is of other questions
"""

from index.errors import RagError


class QuestionError(RagError):
    """The question can't be read: it is empty, too long, or holds no word."""


class FilterError(RagError):
    """A filter's value is not what it should be, such as a date that is no date."""


class SettingError(RagError):
    """A setting of the assistant is out of its range."""


class ArticleUnknown(RagError):
    """No article of the index has that id."""


class FeedbackFull(RagError):
    """The file of votes is as large as it may be."""


class CollectionError(RagError):
    """An evaluation collection lacks a file, or a gold span is not in its article's text."""


class RunError(RagError):
    """A file is no saved run, or one of other questions than those it is compared with."""
