"""The shape of the project: which room may know which, and that nothing a person can set is undocumented."""

import ast
import builtins
import os
import re
import sys
import tomllib
from pathlib import Path
from subprocess import run
from types import ModuleType

import pytest
from typer.main import get_command

import index.errors
import rag.errors
import web.errors
from index.errors import RagError
from tests.conftest import REPOSITORY
from web.cli import app
from web.middleware.auth import ACCESS
from web.settings import Settings

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
DOCUMENTS = README + "".join(
    (REPOSITORY / room / "README.md").read_text(encoding="utf-8") for room in ("index", "rag", "web")
)
ROOMS = ("index", "rag", "web")
# Each of these is known to these modules only.
ONLY_IN = {
    "sentence_transformers": [
        "index/models/embedder.py",
        "index/models/batching.py",
        "index/models/precision.py",
        "rag/retrieval/reranker.py",
    ],
    "openvino": ["index/models/inference.py"],
    "eldc": ["rag/question/language.py"],
    "nncf": ["index/models/tools/quantize.py"],
    "sentencepiece": ["index/models/tools/multilingual.py"],
    "faiss": ["index/engine/local/dense.py"],
    "tantivy": ["index/engine/local/analyzers.py", "index/engine/local/lexical.py"],
    "mcp": ["web/api/mcp.py"],
    "sqlite3": [
        "index/engine/local/catalog.py",
        "index/engine/local/catalog_writer.py",
        "index/models/pieces.py",
        "rag/feedback.py",
    ],
    "httpcore2": ["index/web_import/fetcher.py", "index/web_import/pinned_transport.py"],
    "httpx2": [
        "index/web_import/fetcher.py",
        "index/web_import/address_policy.py",
        "index/web_import/polite_client.py",
    ],
    "protego": ["index/web_import/polite_client.py"],
    "defusedxml": ["index/web_import/links.py", "index/parsers/epub.py"],
    "trafilatura": ["index/parsers/page_metadata.py", "index/parsers/html.py"],
    "lxml": ["index/parsers/page_metadata.py", "index/parsers/markup.py", "index/parsers/html.py"],
    "pypdf": ["index/parsers/pdf.py"],
    "docx": ["index/parsers/docx.py"],
    "feedparser": ["index/parsers/feed.py"],
    "warcio": ["index/parsers/warc.py"],
}
MODULES = [path for room in ROOMS for path in sorted((REPOSITORY / room).rglob("*.py"))]
ERROR_MODULES = [index.errors, rag.errors, web.errors]


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
    """Every RAG_ variable of the server and of the commands stands in the documents."""
    variables = {f"RAG_{name.upper()}" for name in Settings.model_fields}
    for command in get_command(app).commands.values():  # type: ignore[attr-defined]
        for option in command.params:
            variables |= {option.envvar} if option.envvar else set()
    assert len(variables) > 8
    assert {name for name in variables if f"`{name}`" not in DOCUMENTS} == set()


def test_every_command_and_flag_is_documented() -> None:
    """Every command stands in the documents, and so does every flag."""
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        assert f"rag {name}" in DOCUMENTS
        flags = {flag for option in command.params for flag in option.opts if flag.startswith("-")}
        assert {flag for flag in flags - {"--help", "-h"} if flag not in DOCUMENTS} == set(), name


def test_every_route_is_documented() -> None:
    """Every route of the interface stands in the documents."""
    # Another test holds the table against the app's routes.
    assert len(ACCESS) > 12
    assert {path for path in ACCESS if f" {path}" not in DOCUMENTS and f"`{path}" not in DOCUMENTS} == set()


def test_pins_are_exact_and_cover_the_dependencies() -> None:
    """requirements.txt names one exact version for each dependency of pyproject.toml."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    lines = (REPOSITORY / "requirements.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9][\w.]*", pin) for pin in pins)
    needed = [*project["dependencies"], *project["optional-dependencies"]["evaluation"]]
    bounds = dict(need.split(">=") for need in needed)
    pinned = dict(pin.split("==") for pin in pins)
    assert bounds.keys() <= pinned.keys()
    assert {name for name, bound in bounds.items() if not pinned[name].startswith(bound)} == set()


def test_the_readme_is_read_in_a_few_minutes() -> None:
    """It has at most 900 words; the rest stands beside the code that it is about."""
    assert len(README.split()) <= 900


@pytest.mark.parametrize("path", ["README.md", "index/README.md", "rag/README.md", "web/README.md", "corpus/README.md"])
def test_links_of_the_documents_lead_somewhere(path: str) -> None:
    """Every relative link names a file that is there, and a heading that this file has."""
    text = (REPOSITORY / path).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    for link in links:
        name, _, heading = link.partition("#")
        target = (REPOSITORY / path).parent / name if name else REPOSITORY / path
        assert target.exists(), link
        titles = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE) if heading else []
        assert not heading or heading in {
            re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles
        }, link


@pytest.mark.parametrize(
    ("variable", "flag"), [("RAG_HOST", "--host"), ("RAG_PORT", "--port"), ("RAG_CORPUS", "--corpus")]
)
def test_make_serve_listens_to_the_environment(variable: str, flag: str) -> None:
    """What make would run names the value of the variable."""
    command = ["make", "--no-print-directory", "-n", "serve"]
    planned = run(
        command, cwd=REPOSITORY, env={**os.environ, variable: "7"}, check=True, capture_output=True, text=True
    )
    assert f"{flag} '7'" in planned.stdout


def exceptions_of(module: ModuleType) -> dict[str, type[Exception]]:
    """The exception classes that a module defines, by name."""
    return {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Exception) and value.__module__ == module.__name__
    }


def drawn_parents(module: ModuleType) -> dict[str, str | None]:
    """The classes in the tree that a module's docstring draws, each with the class above it, or None for a root."""
    parents: dict[str, str | None] = {}
    path: list[str] = []
    for branches, name in re.findall(r"^((?:[│├└ ][─ ]{2} )*)(\w+Error)\b", module.__doc__ or "", re.MULTILINE):
        del path[len(branches) // 4 :]
        parents[name] = path[-1] if path else None
        path.append(name)
    return parents


@pytest.mark.parametrize("module", ERROR_MODULES, ids=lambda module: module.__name__)
def test_every_error_stands_in_the_tree_of_its_room(module: ModuleType) -> None:
    """The docstring of errors.py draws each class below its base class, and draws no other."""
    defined = exceptions_of(module)
    drawn = drawn_parents(module)
    assert drawn.keys() == defined.keys() | {"RagError"}
    bases = {name: error.__base__.__name__ for name, error in defined.items() if error.__base__}
    assert {name: parent for name, parent in drawn.items() if parent} == {
        name: base for name, base in bases.items() if base in drawn
    }


def test_every_error_has_a_code_of_its_own() -> None:
    """Programs know each RagError by a code, which its class states itself, and no two share one."""
    errors = [error for module in ERROR_MODULES for error in exceptions_of(module).values()]
    codes = [vars(error).get("code") for error in errors if issubclass(error, RagError)]
    assert len(codes) > 20
    assert None not in codes
    assert len(set(codes)) == len(codes)


def classes_below(*roots: str) -> dict[str, Path]:
    """The classes of the rooms that inherit from one of these, directly or not, each with the file that defines it."""
    bases, files = {}, {}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                bases[node.name] = {base.id for base in node.bases if isinstance(base, ast.Name)}
                files[node.name] = path
    below = set(roots)
    while more := {name for name in bases if bases[name] & below} - below:
        below |= more
    return {name: files[name] for name in below & files.keys() - set(roots)}


def test_every_error_class_ends_in_error() -> None:
    """Whichever module defines an exception, its name says that it is one."""
    builtin = [name for name, value in vars(builtins).items() if isinstance(value, type)]
    errors = classes_below(*(name for name in builtin if issubclass(vars(builtins)[name], BaseException)))
    assert len(errors) > 20
    assert {name for name in errors if not name.endswith("Error")} == set()


def test_every_error_that_a_person_is_shown_stands_in_an_errors_module() -> None:
    """Each class below RagError is defined in the errors.py of its room."""
    assert {path.name for path in classes_below("RagError").values()} == {"errors.py"}
