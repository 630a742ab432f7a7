"""Text that Markdown shows to the character."""

import re

# What begins or ends markup anywhere in a line: escapes, code, emphasis, links, autolinks, entities, table cells.
_ANYWHERE = re.compile(r"[\\`*_\[\]<|]|&(?=#?\w+;)")
# A line's first character, or the one after its number, that would make it a heading, a list, a quote, a rule, an
# underline, a fence, or the second line of a table.
_AT_START = re.compile(r"^(?:[0-9]{1,9}(?=[.)])|(?=[#+\-=>~:]))")
# Some renderers also make links of bare addresses and of names with dots; an escaped character prevents that.
_AUTOLINKS = re.compile(r"[>~@]|:(?=//)|(?<=\w)\.(?=[^\W\d_])")


def escape_markdown(line: str, *, autolinks: bool = False) -> str:
    """One line of plain text with every character escaped that Markdown would act on.

    With `autolinks`, addresses and names with dots are escaped too, which some chat pages turn into links.
    """
    escaped = _ANYWHERE.sub(r"\\\g<0>", line)
    if autolinks:
        escaped = _AUTOLINKS.sub(r"\\\g<0>", escaped)
    return _AT_START.sub(r"\g<0>\\", escaped)
