"""Asking a run to write down its tensors (API: tensorflow.python.debug.watch_graph)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from convflow.runtime.debug_dump import DEBUG_OP


class WatchOptions:
    """Which tensors are watched (API: tensorflow.python.debug.WatchOptions).

    Args:
        debug_ops: what is written; DebugIdentity is the tensor as it is.
        node_name_regex_whitelist, op_type_regex_whitelist, tensor_dtype_regex_whitelist: a tensor is watched if its
            node's name, its node's type and the name of its dtype begin as these say; None lets everything pass.
        tolerate_debug_op_creation_failures: has no effect, writing cannot fail to be set up.
    """

    def __init__(
        self,
        debug_ops: Sequence[str] | str | None = None,
        node_name_regex_whitelist: str | None = None,
        op_type_regex_whitelist: str | None = None,
        tensor_dtype_regex_whitelist: str | None = None,
        tolerate_debug_op_creation_failures: bool = False,
    ) -> None:
        self.debug_ops = debug_ops or [DEBUG_OP]
        self.node_name_regex_whitelist = node_name_regex_whitelist
        self.op_type_regex_whitelist = op_type_regex_whitelist
        self.tensor_dtype_regex_whitelist = tensor_dtype_regex_whitelist
        self.tolerate_debug_op_creation_failures = tolerate_debug_op_creation_failures


def add_debug_tensor_watch(
    run_options: Any,
    node_name: str,
    output_slot: int = 0,
    debug_ops: Sequence[str] | str = DEBUG_OP,
    debug_urls: Sequence[str] | str | None = None,
    tolerate_debug_op_creation_failures: bool = False,
    global_step: int = -1,
) -> None:
    """Let the next run with `run_options` write down one tensor (API: tensorflow.python.debug.add_debug_tensor_watch).

    Args:
        run_options: a `RunOptions`, changed.
        node_name, output_slot: of the tensor; "*" and -1 are all.
        debug_ops, tolerate_debug_op_creation_failures: see `WatchOptions`.
        debug_urls: one or several folders, as `file:///folder`.
        global_step: taken note of in the options.
    """
    run_options.debug_options.global_step = global_step
    run_options.debug_options.debug_tensor_watch_opts.add(
        node_name=node_name,
        output_slot=output_slot,
        debug_ops=_listed(debug_ops),
        debug_urls=_listed(debug_urls),
        tolerate_debug_op_creation_failures=tolerate_debug_op_creation_failures,
    )


def watch_graph(
    run_options: Any,
    graph: Any,
    debug_ops: Sequence[str] | str = DEBUG_OP,
    debug_urls: Sequence[str] | str | None = None,
    node_name_regex_whitelist: str | None = None,
    op_type_regex_whitelist: str | None = None,
    tensor_dtype_regex_whitelist: str | None = None,
    tolerate_debug_op_creation_failures: bool = False,
    global_step: int = -1,
    reset_disk_byte_usage: bool = False,
) -> None:
    """Let the next run write down all tensors of a graph that pass (API: tensorflow.python.debug.watch_graph).

    Args:
        run_options, debug_urls, global_step: see `add_debug_tensor_watch`.
        graph: a `tf.Graph`.
        debug_ops, node_name_regex_whitelist, op_type_regex_whitelist, tensor_dtype_regex_whitelist,
            tolerate_debug_op_creation_failures: see `WatchOptions`.
        reset_disk_byte_usage: taken note of in the options; there is no limit on what is written.
    """
    given = (node_name_regex_whitelist, op_type_regex_whitelist, tensor_dtype_regex_whitelist)
    patterns = [re.compile(text or "") for text in given]
    if any(given):
        watched = [
            (op.name, slot)
            for op in graph.get_operations()
            for slot, tensor in enumerate(op.outputs)
            if all(map(re.Pattern.match, patterns, (op.name, op.type, tensor.dtype.name)))
        ]
    else:
        watched = [("*", -1)]
    for name, slot in watched:
        add_debug_tensor_watch(
            run_options, name, slot, debug_ops, debug_urls, tolerate_debug_op_creation_failures, global_step
        )
    run_options.debug_options.reset_disk_byte_usage = reset_disk_byte_usage


def _listed(value: Sequence[str] | str | None) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])
