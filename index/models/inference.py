"""A model's graph, compiled by OpenVINO for this processor. No PyTorch is needed to run it.

Other modules import OpenVINO from here, so that its telemetry is disabled first.
"""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.cores import available_cores
from index.types import Precision

# Disable OpenVINO's telemetry: it reports every import and conversion over the network unless this module is missing.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
import openvino as openvino  # noqa: E402, PLC0414 (others import it from here)
from openvino import opset13 as operations  # noqa: E402

__all__ = [
    "CompiledGraph",
    "Inputs",
    "Outputs",
    "has_bfloat16",
    "openvino",
    "operations",
    "with_mean_pooling",
]

Inputs = Mapping[str, NDArray[Any]]  # inputs by name, each (rows, tokens) int64, or (rows, tokens, dim) float32
Outputs = dict[str, NDArray[np.float32]]  # outputs by name, the first axis rows

# In 8 bits the layers that are not quantized compute in float32, so that every processor gives nearly the same vectors.
_PRECISION_HINTS = {"float32": "f32", "bfloat16": "bf16", "int8": "f32"}
# A single call is faster on two cores than on one: a question of 13 tokens takes 1.0 ms instead of 1.5, three passages
# for the reader 46 ms instead of 58. Many batches are faster on one core each: 148 to 153 passages a second instead of
# 141 to 143. Both give the same numbers, bit for bit. Machines with more cores were not measured.
_CORES_PER_CALL, _CORES_PER_CALL_IN_BULK = 2, 1


def has_bfloat16() -> bool:
    """Whether this processor has instructions for bfloat16; without them it is emulated, slowly."""
    return "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


class CompiledGraph:
    """A graph compiled for this processor. Any number of threads may call it, and their calls are computed in parallel.

    Raises:
        RuntimeError: the processor can't compute it.
    """

    def __init__(
        self,
        graph: openvino.Model,
        outputs: Sequence[str],
        precision: Precision,
        *,
        in_bulk: bool = False,
        prepare: Callable[[Inputs], Inputs] = dict,
        cores: int | None = None,
        **settings: Any,  # noqa: ANN401 (whatever OpenVINO takes)
    ) -> None:
        """`in_bulk`: for many calls at once. `prepare` makes a call's inputs of what the caller has, just before it.

        `settings`: more settings of OpenVINO than every graph here has.
        """
        cores = cores or available_cores()
        calls = max(1, cores // (_CORES_PER_CALL_IN_BULK if in_bulk else _CORES_PER_CALL))
        settings = {
            "INFERENCE_PRECISION_HINT": _PRECISION_HINTS[precision],
            "NUM_STREAMS": calls,
            "INFERENCE_NUM_THREADS": cores,
            "ENABLE_CPU_PINNING": False,  # other processes may have pinned their threads to the same cores
            **settings,
        }
        compiled = openvino.Core().compile_model(graph, "CPU", settings)
        self.inputs = [port.get_any_name() for port in compiled.inputs]
        self._outputs = tuple(outputs)
        self._prepare = prepare
        self._map = map if calls == 1 else ThreadPoolExecutor(calls, thread_name_prefix="compiled").map
        self._requests: SimpleQueue[openvino.InferRequest] = SimpleQueue()
        for _ in range(calls):
            self._requests.put(compiled.create_infer_request())

    def run(self, arrays: Inputs) -> Outputs:
        """The outputs by name, float32; arrays that the graph does not take are ignored."""
        request = self._requests.get()
        try:
            prepared = self._prepare(arrays)
            inputs = {name: prepared[name] for name in self.inputs}
            results = request.infer(inputs, share_inputs=True, share_outputs=False)
            return {name: results[position] for position, name in enumerate(self._outputs)}
        finally:
            self._requests.put(request)

    def run_batches(self, batches: Iterable[Inputs]) -> list[Outputs]:
        """The outputs for each batch, in order; as many batches at once as there are cores for."""
        return list(self._map(self.run, batches))

    def layer_seconds(self) -> list[tuple[str, str, float]]:
        """Each layer's type, how it is computed, and its mean time; of a graph compiled with PERF_COUNT=True."""
        request = self._requests.get()
        try:
            layers = request.profiling_info
            return [(layer.node_type, layer.exec_type, layer.real_time.total_seconds()) for layer in layers]
        finally:
            self._requests.put(request)


def with_mean_pooling(graph: openvino.Model) -> openvino.Model:
    """The graph of a transformer, extended to give the mean of each row's token vectors, padding excluded."""
    mask = operations.unsqueeze(operations.convert(graph.input("attention_mask"), "f32"), 2)
    vectors = graph.output(0).get_node().input_value(0)
    vector_sum = operations.reduce_sum(operations.multiply(vectors, mask), 1)
    token_count = operations.reduce_sum(mask, 1)
    return openvino.Model([operations.divide(vector_sum, token_count)], graph.get_parameters())
