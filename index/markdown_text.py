"""Plain text inside Markdown, escaped so that it is shown exactly as it is."""

import re

# Characters that begin or end markup anywhere in a line: escapes, code, emphasis, links, HTML, table cells, entities.
_ANYWHERE = re.compile(r"[\\`*_\[\]<|]|&(?=#?\w+;)")
# The place before a line's first character, or after its number, where that character would make the line a heading, a
# list, a quote, a rule, an underline, a fence, or the second line of a table.
_AT_START = re.compile(r"^(?:[0-9]{1,9}(?=[.)])|(?=[#+\-=>~:]))")
# Characters of bare addresses and of names with dots, which some renderers turn into links unless one is escaped.
_AUTOLINKS = re.compile(r"[>~@]|:(?=//)|(?<=\w)\.(?=[^\W\d_])")


def escape_markdown(line: str, *, autolinks: bool = False) -> str:
    """One line of plain text with every character escaped that Markdown would act on.

    With `autolinks`, addresses and names with dots are escaped too, which some chat pages turn into links.
    """
    escaped = _ANYWHERE.sub(r"\\\g<0>", line)
    if autolinks:
        escaped = _AUTOLINKS.sub(r"\\\g<0>", escaped)
    return _AT_START.sub(r"\g<0>\\", escaped)
