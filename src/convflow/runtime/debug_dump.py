"""Writing down the values of a run's tensors, as `RunOptions.debug_options` asks (TensorFlow's tfdbg)."""

from __future__ import annotations

import json
import os
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, types_pb2

from convflow.core import errors, values
from convflow.formats import files
from convflow.formats.tensor_proto import make_tensor_proto
from convflow.graph.operation import Operation, Tensor
from convflow.runtime.step_stats import DEVICE
from convflow.runtime.store import VariableSlot
from convflow.runtime.trace import Kernel, Trace

DEBUG_OP = "DebugIdentity"
DEVICE_FOLDER = "_tfdbg_device_" + DEVICE.replace("/", ",").replace(":", "_")
GRAPH_PREFIX = "_tfdbg_graph_"
_EVERY_NODE = "*"
_EVERY_SLOT = -1
_URL = "file://"


class TensorDump:
    """Writes the watched tensors of one run into folders, each value when it was made.

    Args:
        options: a `DebugOptions`; each of its watches names a node or "*", an output or -1, and `file://` addresses.
        trace: of the same run, if there is one; the time of writing is not the nodes'.

    Raises:
        NotImplementedError: a debug op other than DebugIdentity, or an address that is no file's.
    """

    def __init__(self, options: Any, trace: Trace | None = None) -> None:
        self._trace = trace
        self._places: dict[tuple[str, int], set[str]] = defaultdict(set)
        for watch in options.debug_tensor_watch_opts:
            _check_debug_ops(watch.debug_ops)
            self._places[watch.node_name, watch.output_slot].update(map(_folder, watch.debug_urls))
        self._last = 0

    def watched(self, op: Operation, kernel: Kernel) -> Kernel:
        """The kernel, whose results are written down if they are watched; the kernel itself otherwise."""
        kernel = kernel if self._trace is None else self._trace.watched(op, kernel)
        places = [self._roots(op.name, slot) for slot in range(len(op.outputs))]
        if not any(places):
            return kernel

        def call(*arguments: Any) -> Any:
            result = kernel(*arguments)
            results = result if isinstance(result, (tuple, list)) else (result,)
            for slot, (roots, value) in enumerate(zip(places, results, strict=True)):
                self._write(op.name, slot, roots, value)
            return result

        return call

    def write_given(self, given: Mapping[Tensor, Any]) -> None:
        """Write what no kernel makes: fed values and constants."""
        for tensor, value in given.items():
            self._write(tensor.op.name, tensor.value_index, self._roots(tensor.op.name, tensor.value_index), value)

    def _roots(self, name: str, slot: int) -> set[str]:
        keys = [(name, slot), (name, _EVERY_SLOT), (_EVERY_NODE, slot), (_EVERY_NODE, _EVERY_SLOT)]
        return set().union(*(self._places[key] for key in keys if key in self._places))

    def _write(self, name: str, slot: int, roots: set[str], value: Any) -> None:
        array = _array(value)
        if array is None or not roots:
            return
        # Two values of one tensor, made in two rounds of a loop, need two names.
        self._last = max(time.time_ns() // 1000, self._last + 1)
        data = _event(name, slot, array, self._last).SerializeToString()
        for root in roots:
            path = os.path.join(root, DEVICE_FOLDER, f"{name}_{slot}_{DEBUG_OP}_{self._last}")
            with files.os_errors("make the folder of", path):
                os.makedirs(os.path.dirname(path), exist_ok=True)
            files.write_atomically(path, data)


def write_graph(root: str, graph_def: Any) -> None:
    """Write the nodes that a dump in the folder `root` is of."""
    now = time.time_ns() // 1000
    event = event_pb2.Event(wall_time=now, graph_def=graph_def.SerializeToString())
    folder = os.path.join(root, DEVICE_FOLDER)
    with files.os_errors("make the folder", folder):
        os.makedirs(folder, exist_ok=True)
    files.write_atomically(os.path.join(folder, f"{GRAPH_PREFIX}hash0_{now}"), event.SerializeToString())


def _check_debug_ops(names: Any) -> None:
    other = [name for name in names if name.partition("(")[0] != DEBUG_OP]
    if other:
        raise NotImplementedError(
            f"RunOptions.debug_options asks for the debug ops {other}; only {DEBUG_OP}, which writes the tensor as it "
            "is, is here. Leave `debug_ops` as it is and compute from the dumped values."
        )


def _folder(url: str) -> str:
    if not url.startswith(_URL):
        raise NotImplementedError(
            f"RunOptions.debug_options wants tensors sent to {url!r}; they can be written to files only. "
            f"Give an address such as {_URL}/tmp/dump."
        )
    return url.removeprefix(_URL)


def _array(value: Any) -> np.ndarray | None:
    """What there is to write of a value; None for what is no array: handles, lists of values, empty variables."""
    if isinstance(value, VariableSlot):
        value = value.value
    if isinstance(value, torch.Tensor) and value.layout == torch.strided:
        return values.to_numpy(value)
    return value if isinstance(value, np.ndarray) else None


def _event(name: str, slot: int, array: np.ndarray, now: int) -> Any:
    """TensorFlow's record of one value. Its wall time is in microseconds, unlike that of other events."""
    try:
        tensor = make_tensor_proto(array)
    except TypeError as error:
        raise errors.UnimplementedError(None, None, f"{name}:{slot} cannot be dumped: {error}") from error
    if tensor.dtype != types_pb2.DT_STRING:
        # As raw memory even for one element: TensorFlow's reader takes nothing else.
        tensor = tensor_pb2.TensorProto(
            dtype=tensor.dtype, tensor_shape=tensor.tensor_shape, tensor_content=array.tobytes()
        )
    told = {"device": DEVICE, "outputSlot": slot, "numChunks": 1, "chunkIndex": 0}
    metadata = summary_pb2.SummaryMetadata()
    metadata.plugin_data.plugin_name = "debugger"
    metadata.plugin_data.content = json.dumps(told, separators=(",", ":")).encode()
    value = summary_pb2.Summary.Value(tag=name, node_name=f"{name}:{slot}:{DEBUG_OP}", tensor=tensor, metadata=metadata)
    return event_pb2.Event(wall_time=now, summary=summary_pb2.Summary(value=[value]))
