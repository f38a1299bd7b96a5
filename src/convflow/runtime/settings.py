"""Settings of later TensorFlows' runtime that programs make before they begin (API: tf.config).

What says how sessions run (threads, rewrites) holds for sessions that are given no setting of their own by a
`ConfigProto`; what chooses among devices and compilers has nothing to choose from on the one CPU.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from convflow.core.absent import Absent

_ONE_MACHINE = "sessions run in this process"

experimental_connect_to_cluster = Absent(
    "tf.config.experimental_connect_to_cluster", _ONE_MACHINE, "Leave the call out."
)
experimental_connect_to_host = Absent("tf.config.experimental_connect_to_host", _ONE_MACHINE, "Leave the call out.")

_POLICIES = ("silent", "silent_for_int32", "warn", "explicit")
_REWRITES = frozenset(
    [
        "layout_optimizer",
        "constant_folding",
        "shape_optimization",
        "remapping",
        "arithmetic_optimization",
        "dependency_optimization",
        "loop_optimization",
        "function_optimization",
        "debug_stripper",
        "disable_model_pruning",
        "scoped_allocator_optimization",
        "pin_to_host_optimization",
        "implementation_selector",
        "auto_mixed_precision",
        "disable_meta_optimizer",
        "min_graph_nodes",
    ]
)

_soft_placement = False
_log_placement = False
_policy = "silent"
_synchronous = True
_jit: bool | str = False
_rewrites: dict[str, Any] = {"disable_model_pruning": False, "disable_meta_optimizer": False}
_inter_op_threads = 0
_intra_op_threads = 0
_functions_eagerly = False


def get_soft_device_placement() -> bool:
    """What was set (API: tf.config.get_soft_device_placement)."""
    return _soft_placement


def set_soft_device_placement(enabled: bool) -> None:
    """Let nodes run elsewhere than the program says; they run on the CPU anyway (API: tf.config...).

    Args:
        enabled: what `get_soft_device_placement` returns from then on.
    """
    global _soft_placement
    _soft_placement = bool(enabled)


def get_log_device_placement() -> bool:
    """What was set (API: tf.debugging.get_log_device_placement)."""
    return _log_placement


def set_log_device_placement(enabled: bool) -> None:
    """Tell where nodes run; there is one place, and nothing is told (API: tf.debugging.set_log_device_placement).

    Args:
        enabled: what `get_log_device_placement` returns from then on.
    """
    global _log_placement
    _log_placement = bool(enabled)


def get_device_policy() -> str:
    """What was set, "silent" at first (API: tf.config.experimental.get_device_policy)."""
    return _policy


def set_device_policy(device_policy: str | None) -> None:
    """What eager mode does with tensors of another device; there is one (API: tf.config.experimental...).

    Args:
        device_policy: "silent", "silent_for_int32", "warn" or "explicit"; None for "silent".

    Raises:
        ValueError: another one.
    """
    global _policy
    policy = device_policy or "silent"
    if policy not in _POLICIES:
        raise ValueError(f"{device_policy!r} is not a valid device policy. Expected one of {', '.join(_POLICIES)}.")
    _policy = policy


def get_synchronous_execution() -> bool:
    """What was set, True at first (API: tf.config.experimental.get_synchronous_execution)."""
    return _synchronous


def set_synchronous_execution(enable: bool | None) -> None:
    """Whether eager calls wait for their result; they always do (API: tf.config.experimental...).

    Args:
        enable: what `get_synchronous_execution` returns from then on; None for True.
    """
    global _synchronous
    _synchronous = True if enable is None else bool(enable)


def get_jit() -> bool | str:
    """What was set, False at first (API: tf.config.optimizer.get_jit)."""
    return _jit


def set_jit(enabled: bool | str) -> None:
    """Ask for XLA, which is not here: nothing changes (API: tf.config.optimizer.set_jit).

    Args:
        enabled: what `get_jit` returns from then on.
    """
    global _jit
    _jit = enabled


def get_experimental_options() -> dict[str, Any]:
    """What was set of the rewrites of graphs (API: tf.config.optimizer.get_experimental_options)."""
    return dict(_rewrites)


def set_experimental_options(options: Mapping[str, Any]) -> None:
    """Choose rewrites of graphs (API: tf.config.optimizer.set_experimental_options).

    `disable_meta_optimizer` turns convflow's rewrites off in sessions made from then on; the others, which name
    TensorFlow's, are kept and change nothing.

    Args:
        options: by the name of a rewrite, a bool.

    Raises:
        ValueError: a name that TensorFlow does not have.
    """
    unknown = sorted(set(options) - _REWRITES)
    if unknown:
        raise ValueError(f"There are no rewrites called {unknown}. Expected some of {sorted(_REWRITES)}.")
    _rewrites.update(options)


def get_inter_op_parallelism_threads() -> int:
    """What was set, 0 at first (API: tf.config.threading.get_inter_op_parallelism_threads)."""
    return _inter_op_threads


def set_inter_op_parallelism_threads(num_threads: int) -> None:
    """How many nodes run at once: here always one (API: tf.config.threading.set_inter_op_parallelism_threads).

    Args:
        num_threads: what `get_inter_op_parallelism_threads` returns from then on.
    """
    global _inter_op_threads
    _inter_op_threads = _count(num_threads)


def get_intra_op_parallelism_threads() -> int:
    """What was set, 0 at first: PyTorch's number (API: tf.config.threading.get_intra_op_parallelism_threads)."""
    return _intra_op_threads


def set_intra_op_parallelism_threads(num_threads: int) -> None:
    """How many threads a node uses (API: tf.config.threading.set_intra_op_parallelism_threads).

    Args:
        num_threads: for sessions whose `ConfigProto` does not say; 0 for PyTorch's number.

    Raises:
        ValueError: a number below 0.
    """
    global _intra_op_threads
    _intra_op_threads = _count(num_threads)


def _count(num_threads: int) -> int:
    if num_threads < 0:
        raise ValueError(f"The number of threads must be 0 or more, got {num_threads}.")
    return int(num_threads)


def rewrites_are_on() -> bool:
    """Whether sessions may rewrite what they run."""
    return not _rewrites["disable_meta_optimizer"]


def experimental_run_functions_eagerly(run_eagerly: bool) -> None:
    """Whether `tf.function` calls its function as it is (API: tf.config.experimental_run_functions_eagerly).

    Args:
        run_eagerly: True to call it; False, as at first, to run the graph made of it.
    """
    global _functions_eagerly
    _functions_eagerly = bool(run_eagerly)


def functions_run_eagerly() -> bool:
    """Whether `tf.function` calls its function as it is."""
    return _functions_eagerly
