"""The view model of /docs: the app's OpenAPI description as a page that needs no script."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from web.pages.view_models import DocsField, DocsPage, DocsRoute

Schema = Mapping[str, Any]


def docs_page(openapi: Schema, site: str) -> DocsPage:
    """The page with every route of an OpenAPI description; `site` is this server's address, for its examples."""
    routes = [
        _route(openapi, site, method, path, operation)
        for path, operations in openapi["paths"].items()
        for method, operation in operations.items()
    ]
    return DocsPage("HTTP API", openapi["info"]["version"], routes, "/openapi.json")


def _route(openapi: Schema, site: str, method: str, path: str, operation: Schema) -> DocsRoute:
    request = _json_content(operation.get("requestBody", {}))
    response = _json_content(operation["responses"].get("200", {}))
    summary, _, description = operation.get("description", "").partition("\n\n")
    example_command = None
    if method == "post" and request.get("example") is not None:
        body = json.dumps(request["example"], ensure_ascii=False)
        example_command = f"curl -s {site}{path} -H 'Content-Type: application/json' \\\n  -d '{body}'"
    example_response = None
    if response.get("example") is not None:
        example_response = json.dumps(response["example"], ensure_ascii=False, indent=2)
    return DocsRoute(
        method=method.upper(),
        path=path,
        summary=summary,
        description=description,
        parameters=[
            DocsField(
                name=parameter["name"],
                type_name=_type_name(openapi, parameter["schema"]),
                required=bool(parameter.get("required")),
                description=parameter.get("description", ""),
            )
            for parameter in operation.get("parameters", [])
        ],
        body=list(_fields(openapi, request.get("schema", {}))),
        response=list(_fields(openapi, response.get("schema", {}))),
        example_command=example_command,
        example_response=example_response,
    )


def _json_content(body: Schema) -> Schema:
    """The schema and the example of a request or response body in JSON; empty for another content type."""
    content: Schema = body.get("content", {}).get("application/json", {})
    return content


def _fields(openapi: Schema, schema: Schema, prefix: str = "") -> Iterator[DocsField]:
    """Each field of an object, followed by the fields of the objects inside it, such as citations[].quote."""
    schema = _resolved(openapi, schema)
    required = schema.get("required", [])
    for name, field in schema.get("properties", {}).items():
        if field.get("type") == "array":
            inner, suffix = _resolved(openapi, field.get("items", {})), "[]"
        else:
            references = (choice for choice in field.get("anyOf", [field]) if "$ref" in choice)
            inner, suffix = _resolved(openapi, next(references, {})), ""
        description = field.get("description") or inner.get("description", "")
        yield DocsField(prefix + name, _type_name(openapi, field), name in required, description)
        yield from _fields(openapi, inner, f"{prefix}{name}{suffix}.")


def _type_name(openapi: Schema, schema: Schema) -> str:
    """The type of a value in words: "list of Citation", "integer, 1 to 100"."""
    if "anyOf" in schema:
        return " or ".join(_type_name(openapi, choice) for choice in schema["anyOf"])
    if "$ref" in schema:
        return str(_resolved(openapi, schema).get("title", "object"))
    if schema.get("type") == "array":
        return f"list of {_type_name(openapi, schema.get('items', {}))}"
    minimum, maximum = schema.get("minimum"), schema.get("maximum")
    bounds = f", {minimum:g} to {maximum:g}" if minimum is not None and maximum is not None else ""
    return str(schema.get("format") or schema.get("type", "any")) + bounds


def _resolved(openapi: Schema, schema: Schema) -> Schema:
    """The schema that a $ref names, or the schema itself if it has no $ref."""
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    resolved: Schema = openapi["components"]["schemas"][name] if name else schema
    return resolved
