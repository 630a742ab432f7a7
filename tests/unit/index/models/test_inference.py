"""Graphs compiled for the processor, and what the processor has."""

import numpy as np
import pytest

from index.models import inference
from index.models.inference import CompiledGraph, has_bfloat16, openvino, operations
from index.models.precision import computes_in_bfloat16


def doubling():
    """A graph that gives its first input twice as large, and its sum with the second."""
    inputs = []
    for name in ("first", "second"):
        parameter = operations.parameter([-1, -1], np.int64, name)
        parameter.output(0).set_names({name})
        inputs.append(parameter)
    numbers = [operations.convert(parameter, "f32") for parameter in inputs]
    outputs = [operations.add(numbers[0], numbers[0]), operations.add(*numbers)]
    return openvino.Model(outputs, inputs)


@pytest.mark.parametrize("cores", [1, 2, 5])
def test_outputs_have_the_names_given_and_other_arrays_are_ignored(cores):
    """Each call's outputs are its own, in the order of the batches, on any number of cores."""
    graph = CompiledGraph(doubling(), ["twice", "sum"], "float32", cores=cores)
    assert graph.inputs == ["first", "second"]
    batches = [
        {"third": np.ones((9, 9), dtype=np.int64), "second": np.full(shape, 1), "first": np.full(shape, number)}
        for number, shape in enumerate([(1, 1), (2, 5), (3, 2), (1, 7)] * 5)
    ]
    for number, (outputs, batch) in enumerate(zip(graph.run_batches(iter(batches)), batches, strict=True)):
        assert (outputs["twice"] == np.full(batch["first"].shape, 2.0 * number)).all()
        assert (outputs["sum"] == np.full(batch["first"].shape, number + 1.0)).all()
    assert graph.run_batches([]) == []


def test_a_missing_input_is_an_error_and_blocks_nothing():
    """The next calls are computed."""
    graph = CompiledGraph(doubling(), ["twice", "sum"], "float32", cores=2)
    rows = np.ones((2, 2), dtype=np.int64)
    for _ in range(4):
        with pytest.raises(KeyError, match="second"):
            graph.run({"first": rows})
        with pytest.raises(RuntimeError):
            graph.run({"first": rows, "second": np.ones((3, 3), dtype=np.int64)})
    assert (graph.run({"first": rows, "second": rows})["sum"] == 2.0).all()


@pytest.mark.parametrize(("in_bulk", "calls"), [(False, 2), (True, 5)])
def test_the_cores_of_the_process_are_used_unless_others_are_named(monkeypatch, in_bulk, calls):
    """A call has two cores; in bulk it has one."""
    monkeypatch.setattr(inference, "available_cores", lambda: 5)
    graph = CompiledGraph(doubling(), ["twice", "sum"], "float32", in_bulk=in_bulk)
    assert graph._requests.qsize() == calls


def test_openvino_and_torch_see_the_same_bfloat16():
    """A processor has the instructions or not, whichever library is asked."""
    assert has_bfloat16() == computes_in_bfloat16()
