"""The examples of the OpenAPI description."""

import json

import pytest
from jsonschema import Draft202012Validator

from tests.unit.web.conftest import parse
from web.api.examples import EXAMPLES as RECORDED
from web.app import create_app
from web.settings import Settings

DESCRIPTION = create_app(None, Settings()).openapi()
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, operations in DESCRIPTION["paths"].items()
    for method, operation in operations.items()
}
EXAMPLES = json.loads(RECORDED.read_text(encoding="utf-8"))


def document_of(holder):
    """The schema and the example of a JSON document in a request or a response; None where there is none."""
    described = holder.get("content", {}).get("application/json", {})
    return (described["schema"], described.get("example")) if described.get("schema") else None


def assert_allowed(example, schema):
    """The schema allows the example."""
    validator = Draft202012Validator({**schema, "components": DESCRIPTION["components"]})
    assert [error.message for error in validator.iter_errors(example)] == []


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_every_request_has_an_example_that_its_schema_allows(operation):
    """This holds for every route that takes a document."""
    described = document_of(operation.get("requestBody", {}))
    if described:
        schema, example = described
        assert_allowed(example, schema)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_every_reply_has_an_example_that_its_schema_allows(operation):
    """This holds for every route that gives a document, and the example has every field of the schema."""
    described = document_of(operation["responses"].get("200", {}))
    if described:
        schema, example = described
        assert_allowed(example, schema)
        named = DESCRIPTION["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        assert set(named["properties"]) == set(example)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_every_parameter_has_an_example(operation):
    """It has a description too."""
    for parameter in operation.get("parameters", []):
        assert parameter["schema"]["examples"] or parameter["examples"]
        assert parameter["description"]


WITH_REQUEST = [route for route in OPERATIONS if "request" in EXAMPLES.get(route, {})]


@pytest.mark.parametrize("route", WITH_REQUEST)
def test_every_example_of_a_request_is_taken(assistant, serve, tmp_path, route):
    """The route accepts the request of its example."""
    method, path = route.split()
    client = serve(assistant, feedback=tmp_path / "votes.sqlite")
    assert client.request(method, path, json=EXAMPLES[route]["request"]).status_code in (200, 204)


def test_docs_shows_requests_and_replies(client):
    """Each request is shown as a command, and each reply as JSON."""
    page = parse(client.get("/docs", headers={"accept": "text/html"}).text)
    texts = [pre.text for pre in page.all("pre")]
    assert sum(text.startswith("curl ") for text in texts) == len(WITH_REQUEST)
    replies = [json.loads(text) for text in texts if not text.startswith("curl ")]
    assert replies == [example["response"] for example in EXAMPLES.values() if "response" in example]


def test_examples_quote_exactly():
    """The reply shown for a question cites its article to the character."""
    article = EXAMPLES["GET /api/articles/{article_id}"]["response"]
    for cited in EXAMPLES["POST /api/ask"]["response"]["citations"]:
        assert cited["article_id"] == article["article_id"]
        assert article["text"][cited["start"] : cited["end"]] == cited["quote"]
