"""What works without the packages of the extra "evaluation", and what is said where they are needed."""

import ast
import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

import web.cli
from rag.errors import PackagesMissingError
from rag.evaluation.packages import PACKAGES, require_evaluation_packages
from tests.conftest import REPOSITORY

EVALUATION = [REPOSITORY / "rag" / name for name in ("evaluation", "training")]
WITHOUT = f"import sys; sys.modules.update(dict.fromkeys({sorted(PACKAGES)})); "


def test_with_all_packages_nothing_is_said():
    """They are installed wherever the tests run."""
    require_evaluation_packages()


@pytest.mark.parametrize(("module", "package"), PACKAGES.items())
def test_eval_without_a_package_ends_in_one_sentence(monkeypatch, tmp_path, module, package):
    """The sentence names the package and the command that installs it; in JSON the error has its type."""
    monkeypatch.setitem(sys.modules, module, None)  # an import of it fails now
    with pytest.raises(PackagesMissingError, match=package):
        require_evaluation_packages()
    result = CliRunner().invoke(web.cli.app, ["eval", str(tmp_path), "--json"])
    assert result.exit_code == 1
    (sentence,) = result.stderr.splitlines()
    assert package in sentence
    assert sentence.endswith("pip install 'caspian-indus-reader[evaluation]'")
    assert json.loads(result.stdout)["error"]["type"] == "PackagesMissing"


@pytest.mark.parametrize("modules", ["web.cli, rag.assembly, web.app", "rag.evaluation.vote_review"])
def test_the_other_commands_need_none_of_them(modules):
    """Asking, serving and `rag feedback` import nothing that needs such a package."""
    subprocess.run([sys.executable, "-c", f"{WITHOUT}import {modules}"], cwd=REPOSITORY, check=True)


def test_only_evaluation_and_training_name_the_packages():
    """No other module imports one of them, nor does a function in it."""
    for path in (path for room in ("index", "rag", "web") for path in (REPOSITORY / room).rglob("*.py")):
        if not any(path.is_relative_to(folder) for folder in EVALUATION):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                assert not {name.split(".")[0] for name in names} & PACKAGES.keys(), path
