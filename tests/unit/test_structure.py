"""The shape of the project: which room may know which, and that nothing a person can set is undocumented."""

import ast
import re
import sys
import tomllib
from pathlib import Path
from subprocess import run

import pytest
from typer.main import get_command

from tests.conftest import REPOSITORY
from web.access import ACCESS
from web.cli import app
from web.settings import Settings

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
ROOMS = ("index", "rag", "web")
# Each of these is known to these modules only.
ONLY_IN = {
    "sentence_transformers": [
        "index/embedder.py",
        "index/packing.py",
        "index/precision.py",
        "index/quantize.py",
        "rag/reranker.py",
    ],
    "openvino": ["index/compiled.py"],
    "nncf": ["index/quantize.py"],
    "faiss": ["index/dense.py"],
    "tantivy": ["index/lexical.py"],
    "mcp": ["web/tools.py"],
    "sqlite3": ["index/catalog.py", "index/catalog_writer.py", "rag/feedback.py"],
    "httpcore2": ["index/importing/fetcher.py", "index/importing/wire.py"],
    "httpx2": ["index/importing/fetcher.py", "index/importing/guard.py", "index/importing/manners.py"],
    "protego": ["index/importing/manners.py"],
    "defusedxml": ["index/importing/listing.py", "index/readers/epub.py"],
    "trafilatura": ["index/readers/facts.py", "index/readers/html.py"],
    "lxml": ["index/readers/docx.py", "index/readers/facts.py", "index/readers/html.py", "index/readers/markup.py"],
    "pypdf": ["index/readers/fonts.py", "index/readers/pdf.py"],
    "docx": ["index/readers/docx.py"],
    "feedparser": ["index/readers/feed.py"],
    "warcio": ["index/readers/warc.py"],
}
MODULES = [path for room in ROOMS for path in sorted((REPOSITORY / room).rglob("*.py"))]


def imported(path: str) -> set[str]:
    """The top-level packages a module imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse((REPOSITORY / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def test_rooms_import_one_way() -> None:
    """Web may import rag, rag may import index, and never the other way, nor in a circle."""
    # In a process of its own, since it sets up logging and silences the loggers that there are.
    run([Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=REPOSITORY, check=True)


@pytest.mark.parametrize(("library", "homes"), ONLY_IN.items())
def test_each_engine_is_known_to_its_modules_only(library: str, homes: list[str]) -> None:
    """The libraries that could be exchanged are imported in one place for each use."""
    users = [
        path.relative_to(REPOSITORY).as_posix()
        for path in MODULES
        if library in imported(path.relative_to(REPOSITORY).as_posix())
    ]
    assert users == homes


def test_every_setting_is_documented() -> None:
    """Every RAG_ variable of the server and of the commands stands in the README."""
    variables = {f"RAG_{name.upper()}" for name in Settings.model_fields}
    for command in get_command(app).commands.values():  # type: ignore[attr-defined]
        for option in command.params:
            variables |= {option.envvar} if option.envvar else set()
    assert len(variables) > 8
    assert {name for name in variables if f"`{name}`" not in README} == set()


def test_every_command_and_flag_is_documented() -> None:
    """Every command stands in the README, and so does every flag."""
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        assert f"rag {name}" in README
        flags = {flag for option in command.params for flag in option.opts if flag.startswith("-")}
        assert {flag for flag in flags - {"--help", "-h"} if flag not in README} == set(), name


def test_every_route_is_documented() -> None:
    """Every route of the interface stands in the README."""
    # Another test holds the table against the app's routes.
    assert len(ACCESS) > 12
    assert {path for path in ACCESS if f" {path}" not in README and f"`{path}" not in README} == set()


def test_pins_are_exact_and_cover_the_dependencies() -> None:
    """requirements.txt names one exact version for each dependency of pyproject.toml."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    lines = (REPOSITORY / "requirements.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9][\w.]*", pin) for pin in pins)
    assert set(project["dependencies"]) <= {pin.split("==")[0] for pin in pins}
