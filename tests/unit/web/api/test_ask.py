"""The JSON interface."""

import json
from dataclasses import asdict, replace
from urllib.parse import quote

import pytest

from index.errors import GenerationMissingError
from rag.assistant import Assistant
from rag.settings import MAX_K
from tests.unit.rag.conftest import SENSIBLE, SURE
from tests.unit.web.conftest import BRIDGES, DIFFERING, HARBOUR, HOW_LONG, READER, status_of

QUESTION = "When was the harbour of Lenkoran opened?"
ABSENT = "Who invented the xylophone in Vienna?"
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
STREAM = {"accept": "text/event-stream"}


def without_times(document):
    return {name: value for name, value in document.items() if name != "timings_ms"}


def as_document(answer):
    """An answer as JSON has it, times apart."""
    return without_times(json.loads(json.dumps(asdict(answer))))


def assert_problem(response, status, word=""):
    """A problem document of RFC 9457 with that status, whose detail holds the word."""
    document = response.json()
    assert response.status_code == document["status"] == status
    assert response.headers["content-type"] == "application/problem+json"
    assert set(document) == {"type", "title", "status", "detail", "remedy", "request_id"}
    assert word in document["detail"]


@pytest.mark.parametrize("question", [QUESTION, ABSENT])
def test_ask_gives_what_the_assistant_gives(client, assistant, question):
    """Answered or declined, the document is Assistant.ask's reply, times apart."""
    response = client.post("/api/ask", json={"question": question, "k": 2})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert without_times(response.json()) == as_document(assistant.ask(question, k=2))
    assert set(response.json()["timings_ms"]) == {"retrieve", "read", "compose", "total"}


def test_a_citation_is_exact_in_the_text_that_articles_gives(client):
    """Its offsets count characters of GET /api/articles/{id}'s text."""
    citations = client.post("/api/ask", json={"question": QUESTION}).json()["citations"]
    assert citations
    for citation in citations:
        text = client.get(f"/api/articles/{citation['article_id']}").json()["text"]
        assert text[citation["start"] : citation["end"]] == citation["quote"]


@pytest.mark.parametrize("headers", [{}, STREAM], ids=["document", "stream"])
def test_a_short_answer_is_given_with_its_place(client_of, headers):
    """The exact words, and where they stand in the article; nothing differs."""
    client = client_of(HARBOUR, reader=READER)
    answer = reply_of(client.post("/api/ask", json={"question": QUESTION}, headers=headers))
    place = {"text": "12 March 2021", "article_id": "harbour", "start": 38, "end": 51}
    assert answer["short_answer"] == place | {"confidence": answer["short_answer"]["confidence"]}
    assert 0.0 < answer["short_answer"]["confidence"] <= 1.0
    assert answer["differing"] == answer["unanswered"] == []


@pytest.mark.parametrize("headers", [{}, STREAM], ids=["document", "stream"])
def test_answers_that_differ_come_newest_first(client_of, headers):
    """Each source's words at their place, and the short answer is the newest."""
    client = client_of(*BRIDGES, reader=READER, weights=SURE)
    answer = reply_of(client.post("/api/ask", json={"question": HOW_LONG}, headers=headers))
    assert [(short["text"], short["article_id"]) for short in answer["differing"]] == DIFFERING
    assert answer["short_answer"] == answer["differing"][0]
    for short in answer["differing"]:
        text = client.get(f"/api/articles/{short['article_id']}").json()["text"]
        assert text[short["start"] : short["end"]] == short["text"]


def reply_of(response):
    """The answer, sent as one document or as an event."""
    streamed = response.headers["content-type"].startswith("text/event-stream")
    return dict(events_of(response))["answer"] if streamed else response.json()


def test_the_description_has_the_short_answers(client):
    """OpenAPI describes both fields of a reply as what they hold."""
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    short = {"$ref": "#/components/schemas/ShortAnswer"}
    fields = schemas["Answer"]["properties"]
    assert fields["differing"]["items"] == short
    assert short in fields["short_answer"]["anyOf"]
    assert set(schemas["ShortAnswer"]["properties"]) == {"text", "article_id", "start", "end", "confidence"}


def test_history_tells_what_a_follow_up_means(client):
    """Earlier questions are the assistant's history, oldest first."""
    body = {"question": "What did it cost?", "history": ["Who?", QUESTION]}
    reply = client.post("/api/ask", json=body).json()
    assert (reply["question"], reply["interpreted_question"]) == (
        body["question"],
        "What did it cost? (harbour, Lenkoran opened)",
    )


def test_search_gives_ranked_passages(client, assistant):
    """The hits are the assistant's, beside the query as it was sent."""
    response = client.post("/api/search", json={"query": "kites over Lahore", "k": 2})
    hits = [asdict(hit) for hit in assistant.search("kites over Lahore", 2)]
    assert response.status_code == 200
    assert response.json() == {"query": "kites over Lahore", "hits": hits}


FILTERS = [
    ({"source": "Coast Daily"}, {"harbour"}),
    ({"language": "en"}, {"harbour", "bridge"}),
    ({"published_from": "2024-01-01"}, {"harbour"}),
    ({"published_to": "2023-12-31"}, {"bridge"}),
    ({"published_from": "2023-01-15", "published_to": "2024-03-05"}, {"harbour", "bridge"}),
    ({"language": "ur"}, set()),
]


@pytest.mark.parametrize(("filters", "articles"), FILTERS)
def test_filters_hold_for_search_and_ask(client, filters, articles):
    """Only articles that pass are found, by both routes."""
    hits = client.post("/api/search", json={"query": "harbour", **filters}).json()["hits"]
    passages = client.post("/api/ask", json={"question": "harbour?", **filters}).json()["passages"]
    assert {hit["article_id"] for hit in hits} == {passage["article_id"] for passage in passages} == articles


def events_of(response):
    """The (name, data) of each event of a stream."""
    events = []
    for block in response.text.removesuffix("\n\n").split("\n\n"):
        fields = [line.split(": ", 1) for line in block.split("\n")]
        data = "\n".join(value for name, value in fields if name == "data")
        events.append((dict(fields)["event"], json.loads(data)))
    return events


@pytest.mark.parametrize("question", [QUESTION, ABSENT])
def test_a_stream_gives_stages_passages_answer_and_done(client, assistant, question):
    """In that order, with the same content as the JSON reply."""
    response = client.post("/api/ask", json={"question": question}, headers=STREAM)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    events = events_of(response)
    assert [data["stage"] for name, data in events if name == "stage"] == ["searching", "reading", "answering"]
    assert [name for name, _ in events] == ["stage", "passages", "stage", "stage", "answer", "done"]
    passages, answer = events[1][1], events[4][1]
    assert passages == answer["passages"]
    assert without_times(answer) == as_document(assistant.ask(question))


@pytest.mark.parametrize("char", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"])
def test_a_line_separator_in_an_article_does_not_break_its_event(client_of, char):
    """An event's data is one JSON document whatever characters the corpus holds."""
    client = client_of({"text": f"The harbour{char} was opened in 2021."})
    events = events_of(client.post("/api/ask", json={"question": "When was the harbour opened?"}, headers=STREAM))
    assert char in dict(events)["passages"][0]["text"]


@pytest.mark.parametrize(
    ("body", "status"), [({"question": "?"}, 422), ({"question": QUESTION, "k": 0}, 422), ({}, 422)]
)
def test_an_error_before_the_first_event_has_its_own_status(client, body, status):
    """A stream that can't begin is a problem document, not a stream."""
    assert_problem(client.post("/api/ask", json=body, headers=STREAM), status)


class Failing:
    """A composer that can't compose."""

    def __init__(self, error):
        self.error = error

    def compose(self, matters, article_of):
        raise self.error


def test_an_error_after_the_first_event_is_an_event(assistant, serve):
    """What goes wrong while answering comes as a problem document, and the stream still ends in done."""
    failing = replace(assistant, composer=Failing(GenerationMissingError("It is gone.", "Run: rag index")))
    response = serve(failing).post("/api/ask", json={"question": QUESTION}, headers=STREAM)
    *_, (name, problem), last = events_of(response)
    assert (name, problem["status"], problem["detail"]) == ("error", 503, "It is gone.")
    assert last == ("done", {})


def test_a_defect_after_the_first_event_is_an_event_too(assistant, serve):
    """Even what nobody foresaw ends the stream with error and done, telling a stranger nothing."""
    failing = replace(assistant, composer=Failing(RuntimeError("secret")))
    response = serve(failing).post("/api/ask", json={"question": QUESTION}, headers=STREAM)
    assert "secret" not in response.text
    names = [name for name, _ in events_of(response)]
    assert [name for name in names if name != "stage"] == ["passages", "error", "done"]


@pytest.mark.parametrize("path", ["/api/ask", "/api/search"])
@pytest.mark.parametrize(
    "changed",
    [
        {"k": 0},
        {"k": MAX_K + 1},
        {"k": "many"},
        {"k": None},
        {"published_from": "yesterday"},
        {"published_to": "2026-02-30"},
        {"source": 5},
        {"colour": "red"},
    ],
    ids=str,
)
def test_a_field_that_is_not_right_is_refused_by_its_name(client, path, changed):
    """Values out of range, of another kind, or of unknown names are 422, and the detail names the field."""
    body = {"question" if path == "/api/ask" else "query": QUESTION, **changed}
    assert_problem(client.post(path, json=body), 422, next(iter(changed)))


@pytest.mark.parametrize("k", [1, MAX_K])
def test_the_bounds_of_k_are_allowed(client, k):
    """One and the most are both depths."""
    assert client.post("/api/search", json={"query": "harbour", "k": k}).status_code == 200


@pytest.mark.parametrize("text", ["", "  ", "?!", "x" * 10_000, "x" * 20_001])
def test_a_question_that_can_t_be_read_is_refused(client, text):
    """Empty, without a word, or too long, by ask and by search alike."""
    assert_problem(client.post("/api/ask", json={"question": text}), 422)
    assert_problem(client.post("/api/search", json={"query": text}), 422)


@pytest.mark.parametrize("key", ["question", "history", "source", "language"])
def test_half_a_surrogate_pair_is_refused_or_cleaned_and_never_a_defect(client, key):
    """JSON can spell what UTF-8 can't carry."""
    half = "who \ud800 came?"
    body = {"question": "who?", key: [half] if key == "history" else half}
    response = client.post("/api/ask", content=json.dumps(body), headers={"content-type": "application/json"})
    assert response.status_code in (200, 422)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[]", b'"text"', b"null"])
def test_a_body_that_is_no_json_object_is_refused(client, body):
    """The refusal is a problem document of the caller's fault."""
    response = client.post("/api/ask", content=body, headers={"content-type": "application/json"})
    assert response.status_code in (400, 422)
    assert_problem(response, response.status_code)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"k": 0}, "k must be 1 or more."),
        ({"k": 10**30}, f"k must be {MAX_K} or less."),
        ({"k": "many"}, "k must be a whole number."),
        ({"k": 1.5}, "k must be a whole number."),
        ({"question": None}, "question must be text."),
        ({"question": "x" * 20_001}, "question must have at most 20,000 characters."),
        ({"history": "x"}, "history must be a list."),
        ({"history": ["x"] * 51}, "history must have at most 50 entries."),
        ({"history": [1]}, "history.0 must be text."),
        ({"colour": "red"}, "colour is no field of this request."),
        ({"published_from": "soon"}, "published_from: a day is written as 2026-11-23."),
        ({"published_from": "2026-13-45"}, "published_from: there is no such day."),
    ],
)
def test_a_wrong_value_is_a_sentence_for_people(client, changed, sentence):
    """It names the field and what it takes, in no library's words."""
    response = client.post("/api/ask", json={"question": QUESTION, **changed})
    assert_problem(response, 422)
    assert response.json()["detail"] == sentence


def test_a_missing_field_and_a_wrong_verdict_are_sentences_too(client):
    """They say what belongs there."""
    assert client.post("/api/ask", json={}).json()["detail"] == "question is missing."
    vote = {"question": QUESTION, "verdict": "fine", "generation": 1, "answered": True}
    assert client.post("/api/feedback", json=vote).json()["detail"] == "verdict must be 'up' or 'down'."


def test_an_integer_of_thousands_of_digits_is_refused_in_words_of_ours(client):
    """Python's sentence about its limit of digits is not shown."""
    body = f'{{"question": "harbour", "k": {"9" * 5000}}}'
    response = client.post("/api/ask", content=body, headers={"content-type": "application/json"})
    assert_problem(response, 400)
    assert "4300" not in response.text


def test_a_body_larger_than_the_limit_is_refused_as_announced(assistant, serve):
    """The Content-Length alone is enough."""
    client = serve(assistant, max_body_bytes=100)
    assert_problem(client.post("/api/ask", json={"question": "x" * 100}), 413, "100 bytes")


def test_a_body_larger_than_the_limit_is_refused_as_it_comes(assistant, serve):
    """Without an announced length the bytes are counted."""
    client = serve(assistant, max_body_bytes=100)
    chunks = (b'{"question": "', *[b"x" * 20] * 10, b'"}')
    response = client.post("/api/ask", content=iter(chunks), headers={"content-type": "application/json"})
    assert "content-length" not in response.request.headers
    assert_problem(response, 413, "100 bytes")


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/none"])
def test_a_conversation_may_be_larger_than_other_bodies(assistant, serve, path):
    """Clients of /v1 send every turn each time, so their bodies have a limit of their own."""
    client = serve(assistant, max_body_bytes=100, max_chat_body_bytes=1000)
    turns = [{"role": "user", "content": QUESTION}] * 5
    body = {"model": "caspian-indus-reader", "messages": turns}
    assert client.post(path, json=body).status_code == (200 if path.endswith("completions") else 404)
    refused = client.post(path, json={**body, "messages": turns * 10})
    assert (refused.status_code, "1,000 bytes" in refused.json()["error"]["message"]) == (413, True)
    assert_problem(client.post("/api/ask", json={"question": "x" * 100}), 413, "100 bytes")


def test_a_conversation_of_a_megabyte_is_answered(client):
    """The default limit; only the last questions of it are read."""
    turns = [{"role": role, "content": "x" * 2400} for role in ("user", "assistant")] * 200
    body = {"model": "caspian-indus-reader", "messages": [*turns, {"role": "user", "content": QUESTION}]}
    response = client.post("/v1/chat/completions", json=body)
    assert response.json()["choices"][0]["message"]["answer"]["answered"]


def test_an_announced_length_of_many_digits_is_too_large(client):
    """Python would not even read it as a number; zeros before it change nothing."""
    assert status_of(client, "/healthz", content_length=b"9" * 5000) == 413
    assert status_of(client, "/healthz", content_length=b"0" * 5000 + b"2") == 200


def test_a_body_of_the_limit_is_read(assistant, serve):
    """The bound itself is allowed."""
    body = json.dumps({"question": QUESTION})
    client = serve(assistant, max_body_bytes=len(body))
    assert client.post("/api/ask", content=body, headers={"content-type": "application/json"}).status_code == 200


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/ask"), ("PUT", "/api/search"), ("POST", "/healthz")])
def test_a_wrong_method_says_which_is_right(client, method, path):
    """405, with the methods there are."""
    response = client.request(method, path)
    assert_problem(response, 405)
    assert response.headers["allow"]


@pytest.mark.parametrize("path", ["/nothing", "/api/nothing", "/static/nothing.css"])
def test_an_unknown_path_is_a_problem_document_for_a_program(client, path):
    """A script that asks for what is not there can read why."""
    assert_problem(client.get(path), 404)


def test_an_unknown_path_of_the_api_is_a_problem_document_even_for_a_browser(client):
    """Below /api/ nothing is a page."""
    assert_problem(client.get("/api/nothing", headers=BROWSER), 404)


def test_a_body_that_is_no_json_is_said_to_be_the_body(client):
    """The detail names the body, not a number."""
    response = client.post("/api/ask", content=b"{", headers={"content-type": "application/json"})
    assert "body" in response.json()["detail"]


@pytest.mark.parametrize(
    "path", ["/api/articles/%00", "/api/articles/%ED%A0%80", "/api/articles/%0A", "/api/articles/"]
)
def test_an_id_of_strange_bytes_is_an_unknown_article(client, path):
    """No byte of an address is a defect."""
    assert client.get(path).status_code == 404


def test_an_article_is_given_with_its_particulars(client, assistant):
    """The document is the article as the assistant has it, and the version of its text."""
    article = assistant.article("harbour")
    assert client.get("/api/articles/harbour").json() == {**asdict(article), "version": article.version()}


def test_an_unknown_article_is_a_problem_that_names_it(client):
    """404, with the id in its detail."""
    assert_problem(client.get("/api/articles/no-such"), 404, "no-such")


IDS = [
    "a/b/c",
    "/rooted",
    "two words",
    "100%",
    "قلم",
    "a..b",
    "../../etc/passwd",
    "what?",
    "a#b",
    "a&b=c",
    "<b>",
    "a;b",
]


def test_an_article_of_any_id_can_be_had(client_of):
    """Slashes, spaces, percent signs, dots and other scripts in an id are only characters of it."""
    client = client_of(*({"id": article_id, "text": "The harbour opened."} for article_id in IDS))
    for article_id in IDS:
        response = client.get(f"/api/articles/{quote(article_id, safe='')}")
        assert (response.status_code, response.json()["article_id"]) == (200, article_id)
        page = client.get(f"/articles/{quote(article_id, safe='')}", headers=BROWSER)
        assert page.status_code == 200


def test_a_percent_sign_in_an_id_is_not_decoded_twice(client_of):
    """An id that looks like an escaped slash is itself."""
    client = client_of({"id": "%2F", "text": "The harbour opened."})
    assert status_of(client, "/api/articles/%2F") == 200
    assert status_of(client, "/api/articles//") == 404


def test_an_id_is_never_a_path_of_the_disk(client):
    """Walking up from an article leads nowhere."""
    assert_problem(client.get("/api/articles/..%2F..%2F..%2Fetc%2Fpasswd"), 404)
    assert_problem(client.get("/static/..%2Fsettings.py"), 404)


class Gone:
    """A source whose index can't be opened."""

    def current(self):
        raise GenerationMissingError("There is no index in .index yet.", "Run: rag index")


@pytest.mark.parametrize(("path", "body"), [("/api/ask", {"question": "who?"}), ("/api/search", {"query": "who?"})])
def test_a_missing_index_is_unavailable_and_says_what_to_run(assistant, serve, path, body):
    """503, with the command that mends it."""
    client = serve(assistant)
    client.app.state.assistant = Assistant(Gone(), weights=SENSIBLE)
    response = client.post(path, json=body)
    assert_problem(response, 503, "There is no index")
    assert response.json()["remedy"] == "Run: rag index"
    assert response.json()["type"] == "urn:rag:problem:snapshot-missing"


def test_a_defect_tells_a_stranger_nothing(assistant, serve):
    """500, without the exception's words."""
    failing = replace(assistant, composer=Failing(RuntimeError("secret")))
    response = serve(failing).post("/api/ask", json={"question": QUESTION})
    assert_problem(response, 500)
    assert "secret" not in response.text


@pytest.mark.parametrize(
    "wrong", [{"k": True}, {"k": "5"}, {"published_from": 0}, {"published_to": 86_400.0}, {"published_to": "86400"}]
)
def test_a_value_of_another_type_is_refused(client, wrong):
    """As described: a yes is no number, and a number no day."""
    assert_problem(client.post("/api/search", json={"query": "harbour", **wrong}), 422, next(iter(wrong)))


def test_a_body_that_is_not_said_to_be_json_is_told_so(client):
    """As curl sends one that is given no header."""
    form = {"content-type": "application/x-www-form-urlencoded"}
    problem = client.post("/api/ask", content=b'{"question": "harbour"}', headers=form).json()
    assert problem["detail"] == "The body is no JSON object sent with Content-Type: application/json."


def test_where_no_article_passes_the_filters_the_page_says_so(client):
    """Which is not that the documents hold no answer."""
    page = client.get("/", params={"q": "harbour", "source": "Nobody"}, headers={"accept": "text/html"}).text
    assert "No article passes the filters." in page
    assert "do not hold an answer" not in page
