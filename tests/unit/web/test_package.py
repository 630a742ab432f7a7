"""What the room exports."""

import pytest

import web


def test_every_exported_name_is_there():
    """Each name of __all__ can be imported from the room, and is the thing of that name."""
    for name in web.__all__:
        assert getattr(web, name).__name__ == name


def test_a_name_it_does_not_export_is_refused():
    """A misspelt name is an AttributeError that names it."""
    with pytest.raises(AttributeError, match="create_ap"):
        web.create_ap  # noqa: B018
