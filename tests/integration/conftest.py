"""Running the real `rag` command as a person would."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.conftest import REPOSITORY

Rag = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def rag() -> Rag:
    """Runs `rag` with arguments in a process of its own, from the repository, without the machine's settings."""

    def run(*arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "web.cli", *map(str, arguments)],
            cwd=REPOSITORY,
            env={**_environment(), "HF_HUB_OFFLINE": "1", **variables},
            capture_output=True,
            text=True,
            timeout=2400,
            check=False,
        )

    return run


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("RAG_")}
