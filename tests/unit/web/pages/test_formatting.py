"""What a page says of an article, and the address of its original at the quoted words."""

from datetime import date
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.links import original_url
from web.pages.formatting import age, day, direction, language_name

HARBOUR = "https://example.org/harbour"
SENTENCE = "The harbour of Lenkoran was opened on 12 March 2021."
LONG = (
    "Engineers, who had worked since spring, finished the bridge over the Kura in the autumn of 2022,"
    " and nobody was hurt."
)


def test_a_sentence_is_found_by_its_words():
    """Its words are one text directive, percent-encoded."""
    assert original_url(HARBOUR, SENTENCE) == f"{HARBOUR}#:~:text={SENTENCE.replace(' ', '%20')}"


def test_a_long_quote_is_found_by_its_first_and_last_words():
    """Start and end, with a plain comma between and none inside."""
    directive = original_url(HARBOUR, LONG).partition(":~:text=")[2]
    start, end = directive.split(",")
    assert unquote(start) == "Engineers, who had worked since"
    assert unquote(end) == "2022, and nobody was hurt."


def test_a_quote_over_two_lines_is_found_by_its_ends():
    """A directive's words stand in one block of the page, so each end is taken from its own line."""
    directive = original_url(HARBOUR, "A bridge.\n\nIt is long.").partition(":~:text=")[2]
    assert directive == "A%20bridge.,It%20is%20long."


def test_few_words_are_told_apart_by_those_around_them():
    """Prefix and suffix come from the same line of the article."""
    text = "Opened in 2020.\nThe harbour was opened on 12 March 2021, after six years of work."
    start = text.index("12 March")
    address = original_url(HARBOUR, "12 March 2021", text[:start], text[start + 13 :])
    assert address == (f"{HARBOUR}#:~:text=harbour%20was%20opened%20on-,12%20March%202021,-%2C%20after%20six%20years")


def test_few_words_at_the_ends_of_their_line_have_nothing_around_them():
    """Neither prefix nor suffix is made of nothing."""
    assert original_url(HARBOUR, "Basant", "Kites.\n", "\nMore.") == f"{HARBOUR}#:~:text=Basant"


@pytest.mark.parametrize("char", ["-", ",", "&", "#", "%", "+", ":", "قلم", "😀"])
def test_what_means_something_in_a_directive_is_encoded(char):
    """Every such character of a quote arrives as itself."""
    directive = original_url(HARBOUR, f"well{char}known words").partition(":~:text=")[2]
    assert not set(directive) & set("-,&#+:")
    assert unquote(directive) == f"well{char}known words"


@given(st.text(max_size=200), st.text(max_size=20), st.text(max_size=20))
def test_any_quote_gives_one_directive_of_the_same_address(quote, before, after):
    """Only what separates its parts is left unencoded."""
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
    """Another directive is replaced."""
    assert original_url(url, "Basant").removeprefix(begins) == "Basant"


@pytest.mark.parametrize("url", [None, "", "javascript:alert(1)", "data:text/html,x", "//x", "http://["])
def test_what_is_no_address_of_the_web_is_no_link(url):
    """Whatever the quote."""
    assert original_url(url, SENTENCE) is None


@pytest.mark.parametrize("words", ["", " \n "])
def test_no_words_give_the_plain_address(words):
    """Such as an article's page with nothing marked."""
    assert original_url(HARBOUR, words) == HARBOUR


def test_ages_days_directions_and_languages_are_words():
    """As a person writes them."""
    assert day(date(2026, 11, 3)) == "3 November 2026"
    assert age(3, "2026-11-20", None) == "3 days old"
    assert age(3, None, "2026-11-20T08:00:00+00:00") == "undated, first seen 20 November 2026"
    assert age(None, None, None) is None
    assert [direction(tag) for tag in ("ur-PK", "UR_pk", "en", None)] == ["rtl", "rtl", "ltr", "ltr"]
    assert (language_name("ur"), language_name("EN"), language_name("tlh")) == ("اردو", "English", "tlh")
