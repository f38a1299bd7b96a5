"""Reading what a run wrote down (API: tensorflow.python.debug.DebugDumpDir)."""

from __future__ import annotations

import functools
import glob
import itertools
import operator
import os
import re
from collections.abc import Callable
from typing import Any

import numpy as np
from google.protobuf.message import DecodeError
from tensorboard.compat.proto import event_pb2, graph_pb2

from convflow.core import errors
from convflow.formats import files
from convflow.formats.tensor_proto import make_ndarray
from convflow.runtime.debug_dump import GRAPH_PREFIX
from convflow.training.debugging.dumping import FEED_KEYS_FILE, FETCHES_FILE

_DEVICE_PREFIX = "_tfdbg_device_"


def has_inf_or_nan(datum: Any, tensor: Any) -> bool:
    """Whether a dumped tensor holds NaN or an infinity; False for texts and what has no value."""
    if not isinstance(tensor, np.ndarray) or tensor.dtype.kind not in "fc":
        return False
    return not bool(np.isfinite(tensor).all())


def load_tensor_from_event(event: Any) -> np.ndarray:
    """The array in an `Event` of a dump."""
    return make_ndarray(event.summary.value[0].tensor)


def load_tensor_from_event_file(event_file_path: str) -> np.ndarray:
    """The array in a file of a dump; DataLossError for a file that is none."""
    event = _event(event_file_path)
    if not event.summary.value:
        raise errors.DataLossError(None, None, f"{event_file_path} holds no tensor of a dump: it was cut.")
    return load_tensor_from_event(event)


def _event(path: str) -> Any:
    with files.os_errors("read the dump", path), open(path, "rb") as file:
        data = file.read()
    try:
        return event_pb2.Event.FromString(data)
    except DecodeError as error:
        raise errors.DataLossError(None, None, f"{path} is no file of a dump: {error}. Run again.") from error


class DebugTensorDatum:
    """One dumped tensor (API: tensorflow.python.debug.DebugTensorDatum).

    Args:
        dump_root: the folder of the run.
        debug_dump_rel_path: its file, from there.

    Attributes:
        node_name, output_slot, debug_op, timestamp, device_name, file_path: what the file's name says; the time is in
            microseconds since 1970.
    """

    def __init__(self, dump_root: str, debug_dump_rel_path: str) -> None:
        device, _, rest = debug_dump_rel_path.partition(os.sep)
        parts = rest.replace(os.sep, "/").rsplit("_", 3)
        if not device.startswith(_DEVICE_PREFIX) or len(parts) != 4:
            raise ValueError(
                f"{debug_dump_rel_path!r} is not the name of a dumped tensor: expected DEVICE/NODE_SLOT_DEBUGOP_TIME."
            )
        self.device_name = _device_name(device)
        self.node_name, self.debug_op = parts[0], parts[2]
        self.output_slot, self.timestamp = int(parts[1]), int(parts[3])
        self.file_path = os.path.join(dump_root, debug_dump_rel_path)

    @property
    def tensor_name(self) -> str:
        return f"{self.node_name}:{self.output_slot}"

    @property
    def watch_key(self) -> str:
        return f"{self.tensor_name}:{self.debug_op}"

    @property
    def dump_size_bytes(self) -> int:
        return os.path.getsize(self.file_path)

    def get_tensor(self) -> np.ndarray:
        """The value, read from its file."""
        return load_tensor_from_event_file(self.file_path)

    def __str__(self) -> str:
        return f"{{DebugTensorDatum ({self.device_name}) {self.tensor_name} @ {self.debug_op} @ {self.timestamp}}}"

    __repr__ = __str__


def _device_name(folder: str) -> str:
    """The device of a folder such as `_tfdbg_device_,job_localhost,replica_0,task_0,device_CPU_0`."""
    parts = folder.removeprefix(_DEVICE_PREFIX).split(",")
    return "/".join(part.replace("_", ":", 2 if part.startswith("device_") else 1) for part in parts)


class DebugDumpDir:
    """The tensors that one run wrote down (API: tensorflow.python.debug.DebugDumpDir).

    Args:
        dump_root: the folder of the run, `run_*` of the session's.
        partition_graphs: graphs of the run, in place of those in the folder.
        validate: has no effect; the order of the values is not compared with the graph.

    Raises:
        NotFoundError: there is no such folder.
    """

    def __init__(self, dump_root: str, partition_graphs: Any = None, validate: bool = True) -> None:
        if not os.path.isdir(dump_root):
            raise errors.NotFoundError(
                None, None, f"Dump root directory {dump_root} does not exist. Give a folder `run_*` of a dump."
            )
        self._root = dump_root
        self._given_graphs = partition_graphs
        found = map(self._datum, self._files(lambda name: not name.startswith("_tfdbg_")))
        self._data = sorted(found, key=operator.attrgetter("timestamp"))

    def _files(self, wanted: Callable[[str], bool]) -> list[str]:
        pattern = os.path.join(glob.escape(self._root), _DEVICE_PREFIX + "*", "**", "*")
        paths = filter(os.path.isfile, glob.glob(pattern, recursive=True))
        return [path for path in paths if wanted(os.path.basename(path))]

    def _datum(self, path: str) -> DebugTensorDatum:
        return DebugTensorDatum(self._root, os.path.relpath(path, self._root))

    @property
    def dumped_tensor_data(self) -> list[DebugTensorDatum]:
        """All of them, in the order in which they were made."""
        return list(self._data)

    @property
    def size(self) -> int:
        return len(self._data)

    @property
    def t0(self) -> int | None:
        """When the first one was made, in microseconds since 1970; None if there is none."""
        return self._data[0].timestamp if self._data else None

    @property
    def run_fetches_info(self) -> Any:
        """What was fetched, as text."""
        return self._message(FETCHES_FILE)

    @property
    def run_feed_keys_info(self) -> Any:
        """What was fed, as text."""
        return self._message(FEED_KEYS_FILE)

    def _message(self, name: str) -> str | None:
        path = os.path.join(self._root, name)
        return str(_event(path).log_message.message) if os.path.exists(path) else None

    @functools.cached_property
    def _graphs(self) -> list[Any]:
        if self._given_graphs is not None:
            return list(self._given_graphs)
        paths = self._files(lambda name: name.startswith(GRAPH_PREFIX))
        return [graph_pb2.GraphDef.FromString(_event(path).graph_def) for path in paths]

    def partition_graphs(self) -> list[Any]:
        """The graphs in the folder, `GraphDef`s."""
        return list(self._graphs)

    def devices(self) -> list[str]:
        return sorted({datum.device_name for datum in self._data})

    def nodes(self, device_name: str | None = None) -> list[str]:
        """The names of the nodes in the graphs; there is one device."""
        return [node.name for graph in self._graphs for node in graph.node]

    def node_exists(self, node_name: str, device_name: str | None = None) -> bool:
        return node_name in self.nodes()

    def debug_watch_keys(self, node_name: str, device_name: str | None = None) -> list[str]:
        """The keys NODE:SLOT:DEBUGOP under which a node's tensors were dumped."""
        return list(dict.fromkeys(datum.watch_key for datum in self._data if datum.node_name == node_name))

    def watch_key_to_data(self, debug_watch_key: str, device_name: str | None = None) -> list[DebugTensorDatum]:
        """The tensors under a key: several for a node in a loop, none for one that did not run."""
        return [datum for datum in self._data if datum.watch_key == debug_watch_key]

    def get_tensors(
        self, node_name: str, output_slot: int, debug_op: str, device_name: str | None = None
    ) -> list[np.ndarray]:
        """The values of one tensor, in the order in which they were made.

        Raises:
            ValueError: it was not dumped.
        """
        key = f"{node_name}:{output_slot}:{debug_op}"
        found = self.watch_key_to_data(key)
        if not found:
            raise ValueError(f'Watch key "{key}" does not exist in the debug dump {self._root}: see debug_watch_keys.')
        return [datum.get_tensor() for datum in found]

    def find(
        self,
        predicate: Callable[[DebugTensorDatum, np.ndarray], Any],
        first_n: int = 0,
        device_name: str | None = None,
        exclude_node_names: str | None = None,
    ) -> list[DebugTensorDatum]:
        """The dumped tensors for which `predicate` is true, such as `has_inf_or_nan`.

        Args:
            predicate: a function of a `DebugTensorDatum` and its value.
            first_n: how many are looked for; all if not positive.
            device_name: there is one device.
            exclude_node_names: a pattern; nodes whose names begin so are left out.
        """
        excluded = re.compile(exclude_node_names) if exclude_node_names else None
        asked = (datum for datum in self._data if not (excluded and excluded.match(datum.node_name)))
        found = (datum for datum in asked if predicate(datum, datum.get_tensor()))
        return list(itertools.islice(found, first_n if first_n > 0 else None))
