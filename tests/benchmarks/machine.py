"""What a run was made on: the commit, the processor, the memory, the versions."""

import os
import platform
import re
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tests.benchmarks.results import Machine
from tests.conftest import REPOSITORY

# Of the processor's flags, those that decide how fast matrices are multiplied.
_TELLING = re.compile(r"avx2|avx512f|avx512_bf16|avx512_vnni|avx_vnni|amx_\w+|asimd\w*|bf16|sve\w*")
_LIBRARIES = ("torch", "openvino", "sentence-transformers", "transformers", "faiss-cpu", "tantivy", "numpy", "txtai")


def commit() -> tuple[str, bool]:
    """The commit that is checked out, and whether the files differ from it."""
    return _git("rev-parse", "--short=10", "HEAD"), bool(_git("status", "--porcelain"))


def machine() -> Machine:
    """This machine."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    import torch  # whose import may take more cores than were given

    return Machine(
        processor=_field_of("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        cores=cores,
        threads=torch.get_num_threads(),
        memory=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        instructions=_instructions(),
        system=platform.platform(),
        python=platform.python_version(),
        libraries=_versions(),
    )


def memory() -> tuple[int, int]:
    """Bytes of this process that are resident now, and the most that ever were.

    Not by getrusage, whose peak is that of the process that started this one where it was larger.
    """
    return _kilobytes(_field_of("/proc/self/status", "VmRSS")), peak_of(os.getpid())


def peak_of(pid: int) -> int:
    """The most bytes of a running process that ever were resident."""
    return _kilobytes(_field_of(f"/proc/{pid}/status", "VmHWM"))


def _kilobytes(value: str) -> int:
    return int(value.split(maxsplit=1)[0]) * 1024


def _field_of(path: str, name: str) -> str:
    """What a line "name : value" of a file of the kernel says; nothing where there is no such file."""
    lines = Path(path).read_text().splitlines() if Path(path).exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.split(":")[0].strip() == name), "")


def _instructions() -> list[str]:
    flags = _field_of("/proc/cpuinfo", "flags") or _field_of("/proc/cpuinfo", "Features")
    return sorted({flag for flag in flags.split() if _TELLING.fullmatch(flag)})


def _versions() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # txtai is not always there
            continue
    return found


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""
