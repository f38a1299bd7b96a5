"""Devices for graphs that are trained by several tasks (API: tf.train.replica_device_setter).

Graphs keep the devices, so that they look as TensorFlow builds them; sessions run all nodes in this process.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from convflow.graph.device import DeviceSpec
from convflow.graph.operation import Operation

STANDARD_PS_OPS = (
    "Variable",
    "VariableV2",
    "AutoReloadVariable",
    "MutableHashTable",
    "MutableHashTableV2",
    "MutableHashTableOfTensors",
    "MutableHashTableOfTensorsV2",
    "MutableDenseHashTable",
    "MutableDenseHashTableV2",
    "VarHandleOp",
    "BoostedTreesEnsembleResourceHandleOp",
    "BoostedTreesQuantileStreamResourceHandleOp",
    "ResourceConditionalAccumulator",
    "DecisionTreeResource",
)
"""Types of nodes that keep a state: they stand with the parameter servers."""


def replica_device_setter(
    ps_tasks: int = 0,
    ps_device: str = "/job:ps",
    worker_device: str = "/job:worker",
    merge_devices: bool = True,
    cluster: Any = None,
    ps_ops: Sequence[str] | None = None,
    ps_strategy: Callable[[Operation], int] | None = None,
) -> Callable[[Operation], str] | None:
    """A function for `tf.device`: variables go to the parameter servers in turn, all other nodes to the worker.

    Args:
        ps_tasks: how many parameter servers there are; read from `cluster` if that is given.
        ps_device: their device, or "" to leave variables where they are.
        worker_device: the worker's device, or "".
        merge_devices: fill in what a node's own device leaves open; if not, a node that has a device keeps it.
        cluster: a dictionary from a job's name to its tasks, or an object that has `as_dict` or `as_cluster_def`.
        ps_ops: types of the nodes for the parameter servers; `STANDARD_PS_OPS` by default.
        ps_strategy: gives a node's task; one after the other by default.

    Returns:
        A function from an operation to its device; None if there are no parameter servers.

    Raises:
        TypeError: `ps_strategy` is no function, or `cluster` none of these.
    """
    if cluster is not None:
        job = DeviceSpec.from_string(ps_device).job
        ps_tasks = len(_tasks(cluster).get(job, ()))
    if not ps_tasks:
        return None
    strategy = _in_turn(ps_tasks) if ps_strategy is None else ps_strategy
    if not callable(strategy):
        raise TypeError("ps_strategy must be callable")
    return _Chooser(ps_device, worker_device, merge_devices, tuple(ps_ops or STANDARD_PS_OPS), strategy)


def _in_turn(count: int) -> Callable[[Operation], int]:
    turns = itertools.cycle(range(count))
    return lambda op: next(turns)


def _tasks(cluster: Any) -> Any:
    if hasattr(cluster, "as_dict"):
        return cluster.as_dict()
    if hasattr(cluster, "job"):
        return {job.name: job.tasks for job in cluster.job}
    if isinstance(cluster, dict):
        return cluster
    raise TypeError(
        f"replica_device_setter got {type(cluster).__name__} as cluster. Expected a dictionary from a job's name to "
        "its tasks, or a ClusterDef. Give one of these."
    )


class _Chooser:
    def __init__(
        self, ps: str, worker: str, merge: bool, ps_ops: tuple[str, ...], strategy: Callable[[Operation], int]
    ) -> None:
        self._ps, self._worker, self._merge = ps, worker, merge
        self._ps_ops, self._strategy = ps_ops, strategy

    def __call__(self, op: Operation) -> str:
        if not self._merge and op.device:
            return op.device
        own = DeviceSpec.from_string(op.device or "")
        if self._ps and op.type in self._ps_ops:
            server = DeviceSpec.from_string(self._ps)
            if server.job and own.job in (None, server.job):
                server = server.replace(task=self._strategy(op))
            return server.make_merged_spec(own).to_string()
        return DeviceSpec.from_string(self._worker).make_merged_spec(own).to_string()
