"""The filters of the chat page: listed from the index, and kept in every address that asks again."""

from urllib.parse import parse_qs, urlsplit

import pytest

from index.engine.stats import Count, IndexStats
from tests.unit.web.conftest import parse
from tests.unit.web.pages.test_pages import QUESTION, page_of
from web.pages.corpus import filter_form
from web.pages.query import ChatQuery

KEPT = {"published_from": "2024-01-01", "published_to": "2024-12-31", "source": "Coast Daily", "language": "en"}


def choices(page, name):
    return [option.attributes["value"] for option in page.one("select", name=name).all("option")]


def test_sources_and_languages_are_those_of_the_index(client):
    """In order of the alphabet, after "any"."""
    page = page_of(client, "/")
    assert choices(page, "source") == ["", "Coast Daily", "River Post"]
    assert choices(page, "language") == ["", "en"]
    assert page.one("select", name="language").all("option")[1].text == "English"


def test_languages_that_the_filter_takes_for_one_are_offered_as_one():
    """Whatever region and case articles name, and whichever of them an address names."""
    languages = [Count("en-GB", 5), Count(None, 4), Count("ur", 3), Count("EN", 2), Count("en-us", 1)]
    holdings = IndexStats(1, "2026-01-01T00:00:00+00:00", 0.0, "c", "m", 15, 15, [], languages, None, None, [], [])
    form = filter_form(holdings, ChatQuery(q="Who?", language="en-AU"))
    assert [choice.value for choice in form.languages] == ["en", "ur"]
    assert form.language == "en"
    assert [choice.value for choice in filter_form(holdings, ChatQuery(q="Who?", language="FR")).languages][1] == "fr"
    assert filter_form(holdings, ChatQuery(q="Who?")).language == ""


def test_only_what_passes_answers(client):
    """Another source's article is neither quoted nor shown."""
    page = page_of(client, "/", q=QUESTION, source="River Post")
    assert page.one("section", class_="turn").is_a("section", {"class_": "declined"})
    origins = [card.one("ul", class_="origin").text for card in page.all("li", class_="card")]
    assert origins
    assert all("River Post" in origin for origin in origins)


def test_filters_are_kept_in_the_form_and_in_the_permanent_link(client):
    """They stand chosen in the open form, in the turn in words, and in the address."""
    page = page_of(client, "/", q=QUESTION, **KEPT)
    assert "open" in page.one("details", class_="filters").attributes
    for name in ("published_from", "published_to"):
        assert page.one("input", name=name).attributes["value"] == KEPT[name]
    for name in ("source", "language"):
        chosen = [option for option in page.one("select", name=name).all("option") if "selected" in option.attributes]
        assert [option.attributes["value"] for option in chosen] == [KEPT[name]]
    link = parse_qs(urlsplit(page.one("a", class_="permanent").attributes["href"]).query)
    assert link == {"q": [QUESTION], **{name: [value] for name, value in KEPT.items()}}
    limits = page.one("li", class_="limits").text
    assert limits == "Only Coast Daily, English, since 1 January 2024, until 31 December 2024"


def test_fields_left_blank_ask_for_nothing(client):
    """As a form sends them."""
    page = page_of(client, "/", q=QUESTION, **dict.fromkeys(KEPT, ""))
    assert page.one("section", class_="turn").is_a("section", {"class_": "answered"})
    assert page.all("li", class_="limits") == []
    assert "open" not in page.one("details", class_="filters").attributes


@pytest.mark.parametrize("name", ["source", "language"])
def test_a_choice_that_no_article_has_any_more_stays_chosen(client, name):
    """It is shown as it is, and never becomes markup."""
    page = page_of(client, "/", **{name: '"><b>x'})
    assert choices(page, name).count('"><b>x') == 1
    assert page.all("b") == []


def test_a_date_that_is_none_is_refused_as_a_page(client):
    """With the name of the field."""
    page = page_of(client, "/", 422, q=QUESTION, published_from="soon")
    assert "published_from" in page.one("p", class_="what").text


def test_days_in_the_wrong_order_keep_the_question_and_the_days(client):
    """A sentence beside the form, with what was typed in it to be mended."""
    days = {"published_from": "2026-12-01", "published_to": "2026-01-01"}
    page = page_of(client, "/", 422, q=QUESTION, **days)
    assert "Exchange them." in page.one(role="alert").text
    assert page.one("input", id="q").attributes["value"] == QUESTION
    assert {name: page.one("input", name=name).attributes["value"] for name in days} == days


def test_an_index_without_sources_offers_none(client_of):
    """No list to choose from is shown."""
    client = client_of({"id": "a", "text": "The harbour was opened."})
    assert parse(client.get("/").text).all("select") == []
