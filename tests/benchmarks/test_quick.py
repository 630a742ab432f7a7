"""The suite as a whole: a quick run completes, and counts what it counts rightly."""

import os
import subprocess
import sys
from datetime import datetime

import pytest

from tests.benchmarks import report, targets
from tests.benchmarks.sizes import QUICK
from tests.conftest import REPOSITORY


@pytest.mark.slow
def test_the_models_operations_are_what_torch_counts():
    """The count of the layers is that of torch's own counter, for one text."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from index.models.hub import ENGLISH_MODEL, shipped_folder
    from tests.benchmarks.bare import FULL as FLOAT32
    from tests.benchmarks.bare import Bare

    bare = Bare(shipped_folder(ENGLISH_MODEL))
    text = "Kites fly over Lahore in spring, when the festival of Basant is held."
    with FlopCounterMode(display=False) as counter, torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
        bare.encode([text], FLOAT32, 1)
    _, operations = bare.work([text])
    assert operations == pytest.approx(counter.get_total_flops(), rel=0.01)


@pytest.mark.slow
def test_a_multiplication_is_computed_in_the_precision_it_is_told_of():
    """By what OpenVINO says of it: in 8 bits too, of which the share of the rate would else be of float32's."""
    from tests.benchmarks.processor import rates

    kinds = {(one.precision, one.computed_by.rpartition("_")[2].lower()) for one in rates()}
    assert kinds >= {("float32", "f32"), ("int8", "i8")}
    assert len(kinds) == 3


@pytest.mark.slow
def test_the_profile_names_where_the_time_of_embedding_goes():
    """Most of it is multiplication in the precision, and the shares are all of it."""
    from index.models.precision import sample_texts
    from tests.benchmarks.processor import profile

    shares = profile("int8", sample_texts())
    assert shares[0].operation.startswith("FullyConnected")
    assert shares[0].operation.lower().endswith("i8")
    assert sum(one.share for one in shares) == pytest.approx(1.0, abs=0.01)


@pytest.mark.slow
def test_a_quick_run_measures_everything(tmp_path):
    """It completes, with every figure, every quote exact and nothing lost by a search; times are not judged."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("RAG_")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--quick", "--out", tmp_path],
        cwd=REPOSITORY,
        env={**mine, "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        timeout=800,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    run = report.read(tmp_path / "results" / report.LATEST)
    assert (run.quick, datetime.fromisoformat(run.date).tzinfo is not None) == (True, True)
    assert {one.command for one in run.starts} == targets.START_SECONDS.keys()
    assert all(one.seconds > 0 and one.memory > 10_000_000 for one in run.starts)
    assert run.embedding is not None
    assert {one.precision for one in run.quality} >= {"float32", "int8"}
    assert run.ask is not None
    assert min(run.embedding.paces.values()) > 0
    assert {"bare", "embedder", "build"} <= run.embedding.paces.keys()
    assert len(run.embedding.sweep) == 3 * len(QUICK.batches)
    assert run.embedding.agreement > 0.97
    assert [(one.k, one.whole.count) for one in run.searches] == [(10, QUICK.questions)]
    assert run.ask.exact
    assert [one.size for one in run.scales] == list(QUICK.scales)
    for one in run.scales:
        assert one.built.passages >= one.size
        assert one.built.edit_embedded in (1, 2)
        assert [few.every for few in one.served.filtered] == [100, 10, 2]
        assert [few.least for few in one.served.filtered] == [min(10, few.passages) for few in one.served.filtered]
        assert min(one.served.recall, one.served.recall_deep, *(few.recall for few in one.served.filtered)) >= 0.98
        assert min(one.built.memory, one.served.memory) > 100_000_000
    assert {path.name for path in tmp_path.iterdir()} == {"README.md", "costs-dark.svg", "costs-light.svg", "results"}
    assert "NOT EVERY QUOTE" not in (tmp_path / "README.md").read_text(encoding="utf-8")
