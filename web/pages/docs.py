"""From the app's OpenAPI description to a page a person can read, without a script."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from web.pages.view_models import DocsField, DocsPage, DocsRoute

Schema = Mapping[str, Any]


def docs_page(openapi: Schema) -> DocsPage:
    """Every route of an OpenAPI description."""
    routes = [
        _route(openapi, method, path, operation)
        for path, operations in openapi["paths"].items()
        for method, operation in operations.items()
    ]
    return DocsPage("HTTP interface", openapi["info"]["version"], routes, "/openapi.json")


def _route(openapi: Schema, method: str, path: str, operation: Schema) -> DocsRoute:
    body = _json_schema(openapi, operation.get("requestBody", {}))
    response = _json_schema(openapi, operation["responses"].get("200", {}))
    summary, _, description = operation.get("description", "").partition("\n\n")
    return DocsRoute(
        method=method.upper(),
        path=path,
        summary=summary,
        description=description,
        parameters=[_parameter(openapi, parameter) for parameter in operation.get("parameters", [])],
        body=list(_fields(openapi, body)),
        response=list(_fields(openapi, response)),
        example=_command(path, _recorded(operation.get("requestBody", {}))) if method == "post" else None,
        reply=_document(_recorded(operation["responses"].get("200", {}))),
    )


def _json_schema(openapi: Schema, holder: Schema) -> Schema:
    return _resolved(openapi, holder.get("content", {}).get("application/json", {}).get("schema", {}))


def _resolved(openapi: Schema, schema: Schema) -> Schema:
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    found: Schema = openapi["components"]["schemas"][name] if name else schema
    return found


def _parameter(openapi: Schema, parameter: Schema) -> DocsField:
    kind = _kind(openapi, parameter["schema"])
    return DocsField(parameter["name"], kind, bool(parameter.get("required")), parameter.get("description", ""))


def _fields(openapi: Schema, schema: Schema, within: str = "") -> Iterator[DocsField]:
    """Each field, and below it those of the objects it holds, as in citations[].quote."""
    required = schema.get("required", [])
    for name, field in schema.get("properties", {}).items():
        inner, mark = _object_in(openapi, field)
        meaning = field.get("description") or inner.get("description", "")
        yield DocsField(within + name, _kind(openapi, field), name in required, meaning)
        yield from _fields(openapi, inner, f"{within}{name}{mark}.")


def _object_in(openapi: Schema, field: Schema) -> tuple[Schema, str]:
    """The object a field holds, or holds many of ("[]"), or an empty schema."""
    if field.get("type") == "array":
        return _resolved(openapi, field.get("items", {})), "[]"
    choices = field.get("anyOf", [field])
    return next((_resolved(openapi, choice) for choice in choices if "$ref" in choice), {}), ""


def _kind(openapi: Schema, schema: Schema) -> str:
    if "anyOf" in schema:
        return " or ".join(_kind(openapi, choice) for choice in schema["anyOf"])
    if "$ref" in schema:
        return str(_resolved(openapi, schema).get("title", "object"))
    if schema.get("type") == "array":
        return f"list of {_kind(openapi, schema.get('items', {}))}"
    low, high = schema.get("minimum"), schema.get("maximum")
    bounds = f", {low:g} to {high:g}" if low is not None and high is not None else ""
    return str(schema.get("format") or schema.get("type", "any")) + bounds


def _recorded(holder: Schema) -> Any:  # noqa: ANN401 (any JSON document)
    return holder.get("content", {}).get("application/json", {}).get("example")


def _document(recorded: object) -> str | None:
    return None if recorded is None else json.dumps(recorded, ensure_ascii=False, indent=2)


def _command(path: str, recorded: object) -> str | None:
    if recorded is None:
        return None
    data = json.dumps(recorded, ensure_ascii=False)
    return f"curl -s http://127.0.0.1:8000{path} -H 'Content-Type: application/json' \\\n  -d '{data}'"
