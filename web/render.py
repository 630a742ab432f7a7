"""Rendering a page: Jinja2 with everything escaped and nothing undefined."""

from collections.abc import Mapping
from pathlib import Path

from fastapi import Request
from fastapi.responses import Response
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from web.addresses import ROOT_PATH

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
_TEMPLATES = Jinja2Templates(
    env=Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
)


def render(
    request: Request,
    template: str,
    page: object,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A template with `page`, its context dataclass, as an HTML response.

    Templates put `root`, the prefix of this site's addresses, before each of them.
    """
    caller = getattr(request.state, "caller", None)  # missing if the request was refused before its key was looked up
    signed_in = bool(caller and caller.key)
    site_name = request.app.state.settings.site_name
    context = {"page": page, "root": ROOT_PATH.get(), "site_name": site_name, "signed_in": signed_in}
    return _TEMPLATES.TemplateResponse(request, template, context, status_code=status, headers=headers)


def render_fragment(template: str, page: object) -> str:
    """A part of a page, from its own template."""
    rendered: str = _TEMPLATES.get_template(template).render(page=page, root=ROOT_PATH.get())
    return rendered
