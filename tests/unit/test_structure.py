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
from web.cli import app
from web.middleware.auth import ACCESS
from web.settings import Settings

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
ROOMS = ("index", "rag", "web")
# Each of these is known to these modules only.
ONLY_IN = {
    "sentence_transformers": [
        "index/models/embedder.py",
        "index/models/batching.py",
        "index/models/precision.py",
        "index/models/tools/quantize.py",
        "rag/retrieval/reranker.py",
    ],
    "openvino": ["index/models/compiled.py"],
    "nncf": ["index/models/tools/quantize.py"],
    "faiss": ["index/engine/local/dense.py"],
    "tantivy": ["index/engine/local/lexical.py"],
    "mcp": ["web/api/mcp.py"],
    "sqlite3": ["index/engine/local/catalog.py", "index/engine/local/catalog_writer.py", "rag/feedback.py"],
    "httpcore2": ["index/web_import/fetcher.py", "index/web_import/pinned_transport.py"],
    "httpx2": [
        "index/web_import/fetcher.py",
        "index/web_import/address_policy.py",
        "index/web_import/polite_client.py",
    ],
    "protego": ["index/web_import/polite_client.py"],
    "defusedxml": ["index/web_import/links.py", "index/parsers/epub.py"],
    "trafilatura": ["index/parsers/page_metadata.py", "index/parsers/html.py"],
    "lxml": [
        "index/parsers/docx.py",
        "index/parsers/page_metadata.py",
        "index/parsers/html.py",
        "index/parsers/markup.py",
    ],
    "pypdf": ["index/parsers/fonts.py", "index/parsers/pdf.py"],
    "docx": ["index/parsers/docx.py"],
    "feedparser": ["index/parsers/feed.py"],
    "warcio": ["index/parsers/warc.py"],
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
    assert sorted(users) == sorted(homes)


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
