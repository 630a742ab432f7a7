"""Dates, ages and languages in words, and the address of an original at the quoted words."""

from datetime import date
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.links import original_url
from web.pages.formatting import age, day, direction, duration

HARBOUR = "https://example.org/harbour"
SENTENCE = "The harbour of Lenkoran was opened on 12 March 2021."
LONG = (
    "Engineers, who had worked since spring, finished the bridge over the Kura in the autumn of 2022,"
    " and nobody was hurt."
)


def test_a_sentence_is_one_text_directive():
    """The directive of a short quote is all its words, percent-encoded."""
    assert original_url(HARBOUR, SENTENCE) == f"{HARBOUR}#:~:text={SENTENCE.replace(' ', '%20')}"


def test_a_long_quote_is_given_by_its_first_and_last_words():
    """The directive has a start and an end, with a plain comma between them and none inside."""
    directive = original_url(HARBOUR, LONG).partition(":~:text=")[2]
    start, end = directive.split(",")
    assert unquote(start) == "Engineers, who had worked since"
    assert unquote(end) == "2022, and nobody was hurt."


def test_a_quote_of_two_lines_is_given_by_its_ends():
    """The words of a directive must be in one block of the page, so each end comes from its own line."""
    directive = original_url(HARBOUR, "A bridge.\n\nIt is long.").partition(":~:text=")[2]
    assert directive == "A%20bridge.,It%20is%20long."


def test_a_quote_of_few_words_has_a_prefix_and_a_suffix():
    """The prefix and the suffix come from the same line of the article."""
    text = "Opened in 2020.\nThe harbour was opened on 12 March 2021, after six years of work."
    start = text.index("12 March")
    address = original_url(HARBOUR, "12 March 2021", text[:start], text[start + 13 :])
    assert address == (f"{HARBOUR}#:~:text=harbour%20was%20opened%20on-,12%20March%202021,-%2C%20after%20six%20years")


def test_a_quote_that_is_its_whole_line_has_no_prefix_and_no_suffix():
    """A directive never has an empty prefix or suffix."""
    assert original_url(HARBOUR, "Basant", "Kites.\n", "\nMore.") == f"{HARBOUR}#:~:text=Basant"


@pytest.mark.parametrize("char", ["-", ",", "&", "#", "%", "+", ":", "قلم", "😀"])
def test_the_syntax_of_directives_is_encoded_in_quotes(char):
    """Characters with a meaning in a directive are encoded, and decode to themselves."""
    directive = original_url(HARBOUR, f"well{char}known words").partition(":~:text=")[2]
    assert not set(directive) & set("-,&#+:")
    assert unquote(directive) == f"well{char}known words"


@given(st.text(max_size=200), st.text(max_size=20), st.text(max_size=20))
def test_any_quote_gives_one_directive_of_the_same_address(quote, before, after):
    """Only the separators of its parts stay unencoded."""
    address = original_url(
        HARBOUR,
        quote.encode(errors="ignore").decode(),
        before.encode(errors="ignore").decode(),
        after.encode(errors="ignore").decode(),
    )
    base, _, directive = address.partition("#:~:text=")
    assert base == HARBOUR
    assert directive.isascii()
    assert not set(directive) & set("&#+: <>\"'")


@pytest.mark.parametrize(
    ("url", "begins"),
    [
        ("https://example.org/a#part", "https://example.org/a#part:~:text="),
        ("https://example.org/a#:~:text=old", "https://example.org/a#:~:text="),
        ("https://example.org/a?b=c", "https://example.org/a?b=c#:~:text="),
    ],
)
def test_a_fragment_of_the_original_is_kept(url, begins):
    """An address keeps its own fragment; only another directive is replaced."""
    assert original_url(url, "Basant").removeprefix(begins) == "Basant"


@pytest.mark.parametrize("url", [None, "", "javascript:alert(1)", "data:text/html,x", "//x", "http://["])
def test_only_web_addresses_are_links(url):
    """An address that is not http or https gives no link."""
    assert original_url(url, SENTENCE) is None


@pytest.mark.parametrize("words", ["", " \n "])
def test_no_words_give_the_plain_address(words):
    """Without a quote, the address has no text directive."""
    assert original_url(HARBOUR, words) == HARBOUR


def test_ages_days_and_directions_are_words():
    """Each is in the words that people use."""
    assert day(date(2026, 11, 3)) == "3 November 2026"
    assert age(3, "2026-11-20", None) == "3 days old"
    assert age(3, None, "2026-11-20T08:00:00+00:00") == "undated, first seen 20 November 2026"
    assert age(None, None, None) is None
    assert [direction(tag) for tag in ("ur-PK", "UR_pk", "en", None)] == ["rtl", "rtl", "ltr", "ltr"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "less than a minute"),
        (59.9, "less than a minute"),
        (60, "1 minute"),
        (7199, "1 hour"),
        (7200, "2 hours"),
        (86_400 * 3.9, "3 days"),
    ],
)
def test_a_duration_is_in_its_largest_whole_unit(seconds, words):
    """A duration is rounded down to days, hours or minutes."""
    assert duration(seconds) == words
