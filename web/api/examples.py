"""An example request and reply of each route, for the OpenAPI description and /docs: real replies over this corpus.

tests/record_examples.py writes examples.json.
"""

import json
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).parent / "examples.json"


def with_examples(description: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI description with its routes' examples, in place."""
    for route, recorded in json.loads(EXAMPLES.read_text(encoding="utf-8")).items():
        method, path = route.split()
        operation = description["paths"][path][method.lower()]
        if "request" in recorded:
            _json_media_type(operation["requestBody"])["example"] = recorded["request"]
        if "response" in recorded:
            _json_media_type(operation["responses"]["200"])["example"] = recorded["response"]
    return description


def _json_media_type(body: dict[str, Any]) -> dict[str, Any]:
    media_type: dict[str, Any] = body["content"]["application/json"]
    return media_type
