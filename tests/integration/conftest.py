"""Running the real `rag` command as a person would."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.conftest import REPOSITORY

Rag = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def rag() -> Rag:
    """Runs `rag` with arguments in a process of its own, from the repository."""

    def run(*arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "web.cli", *map(str, arguments)],
            cwd=REPOSITORY,
            env={**os.environ, "HF_HUB_OFFLINE": "1", **variables},
            capture_output=True,
            text=True,
            timeout=2400,
            check=False,
        )

    return run
