"""The web room: HTTP only, the chat page and the JSON interface over one Assistant.

It holds routes, pages, settings and protection. It holds no retrieval logic, and renders no text of
the corpus as markup.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from web.app import create_app
    from web.settings import Settings

# Where each public name lives. They are imported when first used, so that `rag --help` does not wait
# for numpy and the rest.
_HOMES = {
    "Settings": "web.settings",
    "create_app": "web.app",
}

__all__ = ["Settings", "create_app"]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
