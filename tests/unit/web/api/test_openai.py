"""The routes in OpenAI's form, asked by OpenAI's own client over a real connection."""

import asyncio
import json
import re
from dataclasses import replace
from html import escape
from urllib.parse import parse_qs, unquote, urlsplit

import openai
import pytest
from markdown_it import MarkdownIt

from index.errors import GenerationMissingError
from rag.assistant import Assistant
from tests.unit.rag.conftest import SENSIBLE, SURE
from tests.unit.web.api.test_ask import ABSENT, QUESTION, Failing, Gone, as_document, without_times
from tests.unit.web.conftest import BRIDGES, HOW_LONG, READER
from web.api.openai_schemas import MODEL
from web.markdown import render_markdown

USER = [{"role": "user", "content": QUESTION}]


@pytest.fixture
def peer(assistant, serve_for_real):
    """OpenAI's client, of a real server."""
    with openai.OpenAI(base_url=f"{serve_for_real(assistant)}/v1", api_key="any", max_retries=0) as client:
        yield client


def ask(peer, question=QUESTION, **parameters):
    """One completion of one message."""
    return peer.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": question}], **parameters)


def assert_annotated(message, answer):
    """Each citation stands where its annotation says, and its address opens the article at the quote."""
    assert [annotation.type for annotation in message.annotations] == ["url_citation"] * len(answer.citations)
    for annotated in (annotation.url_citation for annotation in message.annotations):
        address = urlsplit(annotated.url)
        query = parse_qs(address.query)
        (cited,) = [c for c in answer.citations if [str(c.start)] == query["start"] and c.title == annotated.title]
        assert message.content[annotated.start_index : annotated.end_index] == f"{cited.quote} [{cited.number}]"
        assert (unquote(address.path), query["end"]) == (f"/articles/{cited.article_id}", [str(cited.end)])


def test_an_answer_comes_with_its_sources_and_annotations(peer, assistant):
    """The quotes with their marks, the numbered sources, and the whole answer beside them."""
    completion = ask(peer)
    (choice,) = completion.choices
    answer = assistant.ask(QUESTION)
    assert (choice.finish_reason, choice.message.role, completion.model) == ("stop", "assistant", MODEL)
    assert choice.message.content.startswith(
        answer.answer + "\n\nSources:\n\n- [1] [The new harbour of Lenkoran](http://"
    )
    assert ", Coast Daily, 2024-03-05, [original](https://example.org/harbour)" in choice.message.content
    assert_annotated(choice.message, answer)
    assert without_times(choice.message.answer) == as_document(answer)


def test_a_stream_gives_the_same(peer):
    """The deltas joined are the content; the last holds the annotations and the answer; then it stops."""
    whole = ask(peer).choices[0].message
    chunks = list(ask(peer, stream=True))
    assert len({chunk.id for chunk in chunks}) == 1
    deltas = [chunk.choices[0].delta for chunk in chunks]
    assert deltas[0].role == "assistant"
    assert "".join(delta.content or "" for delta in deltas) == whole.content
    *_, last, end = deltas
    assert last.annotations == [annotation.to_dict() for annotation in whole.annotations]
    assert without_times(last.answer) == without_times(whole.answer)
    assert (end.content, chunks[-1].choices[0].finish_reason) == (None, "stop")
    assert {chunk.usage for chunk in chunks} == {None}


def test_usage_is_of_no_tokens_since_no_language_model_is_run(peer):
    """In a completion, and at the end of a stream that asks for it."""
    none = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    assert ask(peer).usage.to_dict() == none
    *before, last = ask(peer, stream=True, stream_options={"include_usage": True})
    assert (last.choices, last.usage.to_dict()) == ([], none)
    assert all(chunk.usage is None for chunk in before)


def test_the_client_s_own_stream_helper_reads_it(peer):
    """It gathers the chunks into the completion."""
    with peer.chat.completions.stream(model=MODEL, messages=USER) as stream:
        assert "12 March 2021" in stream.get_final_completion().choices[0].message.content


@pytest.mark.parametrize("stream", [False, True])
def test_the_async_client_reads_it_too(peer, stream):
    """One answer, whole or in chunks."""

    async def content():
        async with openai.AsyncOpenAI(base_url=peer.base_url, api_key="any") as client:
            reply = await client.chat.completions.create(model=MODEL, messages=USER, stream=stream)
            if not stream:
                return reply.choices[0].message.content
            return "".join([chunk.choices[0].delta.content or "" async for chunk in reply])

    assert "12 March 2021" in asyncio.run(content())


@pytest.mark.parametrize("stream", [False, True])
def test_a_declined_question_says_so_and_lists_the_nearest(peer, stream):
    """Plainly, in both forms; nothing is cited, and it stops."""
    if stream:
        chunks = list(ask(peer, ABSENT, stream=True))
        content = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
        annotations = chunks[-2].choices[0].delta.annotations
    else:
        message = ask(peer, ABSENT).choices[0].message
        content, annotations = message.content, message.annotations
    assert content.startswith("The documents do not hold an answer to this. ")
    assert "The nearest passages:\n\n- [" in content
    assert annotations == []


def test_a_language_that_is_not_read_is_no_fault_of_the_documents(peer):
    """The content says which are read, then lists the nearest passages."""
    content = ask(peer, "Wer hat das Xylophon in Wien erfunden?").choices[0].message.content
    assert content.startswith(
        "The question seems to be in a language that this program does not read. It reads English, "
    )
    assert " and Persian. The nearest passages:\n\n- [" in content
    assert "do not hold an answer" not in content


def test_quotes_in_another_language_are_said_to_be(assistant):
    """In a paragraph between the quotes and their sources, which moves no annotation."""
    note = "Quoted from English; the question is in Turkish."
    plain = assistant.ask(QUESTION)
    rendered = render_markdown(replace(plain, language_note=note), "http://here")
    assert f"\n\n{note}\n\nSources:\n\n- [1] " in rendered.text
    assert rendered.quotes == render_markdown(plain, "http://here").quotes


def test_filters_are_taken_as_extra_fields(peer):
    """The same as /api/ask takes; where no article passes, that is said."""
    answer = ask(peer, extra_body={"source": "River Post", "k": 1}).choices[0].message.answer
    assert {passage["article_id"] for passage in answer["passages"]} == {"bridge"}
    content = ask(peer, extra_body={"language": "fr"}).choices[0].message.content
    assert content.startswith("No article passes the filters. ")
    assert re.search(r" \[What there is\]\(http://\S+/corpus\): sources, languages and days\.", content)
    assert re.search(r"\n- \[Ask without the language filter\]\(http://\S+/\?q=When\S+\)$", content)


def test_an_index_without_articles_is_said_to_be_so(assistant):
    """Nobody is told to look at the filters."""
    answer = assistant.ask(ABSENT)
    empty = replace(answer, passages=[], index=replace(answer.index, articles=0))
    assert render_markdown(empty, "http://here").text == "The index holds no article."


def test_earlier_user_messages_are_the_history(peer):
    """Messages of other roles are passed over, and so are parts that are no text in earlier ones."""
    picture = {"type": "image_url", "image_url": {"url": "data:,"}}
    messages = [
        {"role": "system", "content": "Answer in verse."},
        {"role": "user", "content": [picture, {"type": "text", "text": QUESTION}]},
        {"role": "assistant", "content": "On 12 March 2021."},
        {"role": "user", "content": [{"type": "text", "text": "What did"}, {"type": "text", "text": "it cost?"}]},
    ]
    completion = peer.chat.completions.create(model=MODEL, messages=messages)
    answer = completion.choices[0].message.answer
    assert answer["question"] == "What did it cost?"
    assert answer["interpreted_question"] == "What did it cost? (harbour, Lenkoran opened)"


HARMLESS = {"temperature": 0.2, "top_p": 1, "seed": 1, "max_tokens": 5, "user": "me", "stop": ["."], "n": 1}
TOOLS = [{"type": "function", "function": {"name": "f", "parameters": {}}}]


def test_parameters_that_mean_nothing_here_are_passed_over(peer):
    """The answer is the same."""
    content = ask(peer, **HARMLESS, tools=TOOLS, response_format={"type": "text"}).choices[0].message.content
    assert content == ask(peer).choices[0].message.content


REFUSED = [
    ({"n": 2}, "n"),
    ({"messages": []}, "messages"),
    ({"messages": [{"role": "system", "content": "Hello."}]}, None),
    ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:,"}}]}]}, None),
    ({"messages": [{"role": "user", "content": None}]}, None),
    ({"messages": [{"role": "user", "content": "?"}]}, None),
    ({"response_format": {"type": "json_object"}}, "response_format.type"),
    ({"tools": TOOLS, "tool_choice": "required"}, "tool_choice"),
    ({"extra_body": {"k": 0}}, "k"),
]


@pytest.mark.parametrize(("changed", "param"), REFUSED, ids=str)
@pytest.mark.parametrize("stream", [False, True])
def test_what_can_t_be_done_is_refused_in_openai_s_form(peer, changed, param, stream):
    """422, with a sentence, and the parameter at fault where it is one."""
    with pytest.raises(openai.UnprocessableEntityError) as refused:
        peer.chat.completions.create(**{"model": MODEL, "messages": USER, "stream": stream, **changed})
    assert refused.value.type == "invalid_request_error"
    assert refused.value.param == param
    assert refused.value.body["message"].endswith(".")


def test_the_models_are_one(peer):
    """It can be listed and had by its name."""
    (model,) = peer.models.list()
    assert (model.id, model.object) == (MODEL, "model")
    assert peer.models.retrieve(MODEL) == model
    assert model.created > 1.7e9


def test_another_model_is_not_found(peer):
    """404 in OpenAI's form, by both routes, and the right name is told."""
    for call in (lambda: peer.models.retrieve("gpt-5"), lambda: ask(peer, extra_body={"model": "gpt-5"})):
        with pytest.raises(openai.NotFoundError, match=MODEL) as refused:
            call()
        assert refused.value.code == "model_not_found"


def test_a_missing_index_is_unavailable_in_openai_s_form(serve_for_real, assistant):
    """503, with the command that mends it."""
    seen = []

    def around(app):
        seen.append(app)
        return app

    address = serve_for_real(assistant, around)
    seen[0].state.assistant = Assistant(Gone(), weights=SENSIBLE)
    peer = openai.OpenAI(base_url=f"{address}/v1", api_key="any", max_retries=0)
    with peer, pytest.raises(openai.InternalServerError, match="Run: rag index") as refused:
        ask(peer)
    assert (refused.value.status_code, refused.value.code) == (503, "snapshot_missing")


def test_what_fails_on_the_way_ends_the_stream_with_an_error(assistant, serve_for_real):
    """The client raises it, with its sentence."""
    failing = replace(assistant, composer=Failing(GenerationMissingError("It is gone.", "Run: rag index")))
    peer = openai.OpenAI(base_url=f"{serve_for_real(failing)}/v1", api_key="any", max_retries=0)
    with peer, pytest.raises(openai.APIError, match="It is gone"):
        list(ask(peer, stream=True))


@pytest.mark.parametrize("error", [GenerationMissingError("It is gone.", "Run: rag index"), RuntimeError("secret")])
def test_every_stream_ends_in_done(assistant, serve, error):
    """Answered or failed; a defect tells a stranger nothing."""
    body = {"model": MODEL, "messages": USER, "stream": True}
    for served in (assistant, replace(assistant, composer=Failing(error))):
        text = serve(served).post("/v1/chat/completions", json=body).text
        assert text.endswith("data: [DONE]\n\n")
        assert "secret" not in text


OTHERS = [("GET", "/v1/chat/completions", 405), ("GET", "/v1/nothing", 404), ("POST", "/v1/chat/completions", 413)]


@pytest.mark.parametrize(("method", "path", "status"), OTHERS)
def test_every_error_below_v1_is_in_openai_s_form(assistant, serve, method, path, status):
    """Whatever finds it, and for a browser too."""
    client = serve(assistant, max_chat_body_bytes=10)
    response = client.request(
        method, path, content=b" " * 20 if status == 413 else b"", headers={"accept": "text/html"}
    )
    assert response.status_code == status
    error = response.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("status", "error_type"), [(401, "authentication_error"), (403, "permission_error"), (429, "rate_limit_error")]
)
def test_refusals_of_keys_and_limits_have_openai_s_types(status, error_type):
    """As its clients know them."""
    from starlette.exceptions import HTTPException

    from web.problems import as_openai, problem_of

    assert as_openai(problem_of(HTTPException(status, "No")))["error"]["type"] == error_type


HOSTILE = (
    "The harbour of Lenkoran ![x](https://evil.example/a.png) was <script>alert(1)</script> opened [1]: javascript:x "
    "in *2021* by [me](javascript:alert(1)) & `you` &lt;b&gt; \\ __all__."
)


def test_an_article_can_put_no_markup_into_a_page(client_of):
    """Rendered as Markdown, a quote and a title read as they stand: no link, picture or tag is theirs."""
    title = "A ](javascript:alert(1)) <img src=x> **title**"
    client = client_of({"id": "evil", "title": title, "text": HOSTILE, "url": "javascript:alert(2)"}, weights=SURE)
    body = {"model": MODEL, "messages": USER}
    message = client.post("/v1/chat/completions", json=body).json()["choices"][0]["message"]
    tokens = [token for block in MarkdownIt().parse(message["content"]) for token in block.children or []]
    assert {token.type for token in tokens} <= {"text", "text_special", "link_open", "link_close"}
    assert all(token.attrs["href"].startswith("http://127.0.0.1:8000/articles/") for token in tokens if token.attrs)
    text = "".join(token.content for token in tokens)
    assert HOSTILE in text
    assert title in text


LINES = ["# A head", "- an item", "+ an item", "= = =", "---", "12. March", "3) three", "123456789. nine", "> said"]
BARE = [
    "www.evil.example",
    "see https://evil.example/x",
    "a.b@evil.example",
    "evil.com",
    "ftp://evil.example",
    "//evil.com",
]


@pytest.mark.parametrize("text", [*LINES, *BARE, "At 3.5 m, e.g. by U.S. mail: 1. one", "a | b"])
def test_what_is_escaped_reads_as_it_stands_on_a_line_of_its_own(text):
    """No heading, list or rule begins with it, and what looks like an address is no link, by GFM's rules either."""
    from web.markdown import one_line

    reader = MarkdownIt("gfm-like")
    assert reader.render(one_line(text)) == f"<p>{escape(text)}</p>\n"
    assert reader.render(f"- [1] {one_line(text)}").startswith(f"<ul>\n<li>[1] {escape(text)}</li>")


def test_sources_that_differ_are_all_annotated(client_of, assistant):
    """Several articles' quotes, each at its place in the text."""
    client = client_of(*BRIDGES, reader=READER, weights=SURE)
    body = {"model": MODEL, "messages": [{"role": "user", "content": HOW_LONG}]}
    message = client.post("/v1/chat/completions", json=body).json()["choices"][0]["message"]
    numbers = {citation["number"]: citation for citation in message["answer"]["citations"]}
    assert len(message["annotations"]) == len(numbers) >= 1
    for annotated in (annotation["url_citation"] for annotation in message["annotations"]):
        part = message["content"][annotated["start_index"] : annotated["end_index"]]
        assert part in {f"{citation['quote']} [{number}]" for number, citation in numbers.items()}


def test_a_quote_that_looks_like_another_s_mark_is_passed_over(assistant):
    """Each annotation is of its own quote, whatever an article says."""
    from web.markdown import render_markdown

    answer = assistant.ask(QUESTION)
    first = replace(answer.citations[0], number=1, quote="It opened [2] then. It closed")
    second = replace(first, number=2, quote="It opened")
    text = f"{first.quote} [1] {second.quote} [2]"
    rendered = render_markdown(replace(answer, answer=text, citations=[second, first]), "http://here")
    assert [quote.citation.number for quote in rendered.quotes] == [1, 2]
    assert rendered.text[rendered.quotes[1].start : rendered.quotes[1].end] == "It opened [2]"


def test_parts_that_are_not_answered_are_named(assistant):
    """As /api/ask's `unanswered` has them."""
    from web.markdown import render_markdown

    answer = replace(assistant.ask(QUESTION), unanswered=("Who *flew*?",))
    assert "The documents do not hold an answer to: Who \\*flew\\*?\n\nSources:" in render_markdown(answer, "").text


def test_a_question_that_is_too_long_is_refused(client):
    """In the words of the assistant."""
    body = {"model": MODEL, "messages": [{"role": "user", "content": "x" * 3000}]}
    error = client.post("/v1/chat/completions", json=body).json()["error"]
    assert "2,000" in error["message"]


@pytest.mark.parametrize("path", ["/v1/models/%00", "/v1/models/%ED%A0%80", "/v1/models/%0A"])
def test_a_model_of_strange_bytes_is_not_found(client, path):
    """No byte of an address is a defect."""
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("field", ["content", "model", "source", "role"])
def test_half_a_surrogate_pair_is_refused_and_never_a_defect(client, field):
    """JSON can spell what UTF-8 can't carry."""
    message = {"role": "user", "content": "who came?"}
    body = {"model": MODEL, "messages": [message]}
    (message if field in message else body)[field] = "\ud800 who?"
    response = client.post(
        "/v1/chat/completions", content=json.dumps(body), headers={"content-type": "application/json"}
    )
    assert response.status_code in (200, 404, 422)


@pytest.mark.parametrize("site", ["http://[::1]:8000", "https://[2001:db8::7]", "http://127.0.0.1:8000"])
def test_the_links_of_a_server_with_an_ipv6_address_open(assistant, site):
    """Its brackets are not escaped: escaped, they are no address of a host. Those further on are."""
    answer = assistant.ask(QUESTION)
    citation = replace(answer.citations[0], url="https://[2001:db8::1]:8443/a[b](c)")
    rendered = render_markdown(replace(answer, citations=(citation, *answer.citations[1:])), site)
    links = re.findall(r'href="([^"]*)"', MarkdownIt().render(rendered.text))
    assert links[0].startswith(f"{site}/articles/harbour?")
    assert "https://[2001:db8::1]:8443/a%5Bb%5D%28c%29" in links
