"""The nodes that a training needs beside its own (API: tf.train.Scaffold)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import logging
from convflow.graph.collections import GraphKeys
from convflow.graph.scopes import add_to_collection, get_collection, get_default_graph
from convflow.modeling.variables.variable import (
    global_variables,
    global_variables_initializer,
    local_variables_initializer,
    report_uninitialized_variables,
)
from convflow.ops.array.identity import group
from convflow.training import summaries
from convflow.training.saver import Saver

_PARTS = (
    "init_op", "init_feed_dict", "ready_op", "ready_for_local_init_op", "local_init_op", "local_init_feed_dict",
    "summary_op", "saver",
)  # fmt: skip


class Scaffold:
    """Initializers, tests of readiness, summary and saver of a graph (API: tf.train.Scaffold).

    What is not given is taken from the graph's collections or made by `finalize`.

    Args:
        init_op, init_feed_dict: initialize the model; with
        init_fn: a function of the scaffold and the session, called after that.
        ready_op, ready_for_local_init_op: give the names of what is not initialized.
        local_init_op, local_init_feed_dict: run in every session, restored or not.
        summary_op: all summaries as one.
        saver: of the variables.
        copy_from_scaffold: has what is not given here.
    """

    init_op: Any
    init_feed_dict: Any
    ready_op: Any
    ready_for_local_init_op: Any
    local_init_op: Any
    local_init_feed_dict: Any
    summary_op: Any
    saver: Any

    def __init__(
        self,
        init_op: Any = None,
        init_feed_dict: Any = None,
        init_fn: Callable[[Any, Any], Any] | None = None,
        ready_op: Any = None,
        ready_for_local_init_op: Any = None,
        local_init_op: Any = None,
        summary_op: Any = None,
        saver: Any = None,
        copy_from_scaffold: Scaffold | None = None,
        local_init_feed_dict: Any = None,
    ) -> None:
        if copy_from_scaffold is not None and not isinstance(copy_from_scaffold, Scaffold):
            raise TypeError(f"copy_from_scaffold is not a Scaffold instance: {copy_from_scaffold!r}.")
        given = locals()
        for part in _PARTS:
            value = given[part]
            setattr(self, part, getattr(copy_from_scaffold, part, None) if value is None else value)
        self._user_init_fn = init_fn or getattr(copy_from_scaffold, "_user_init_fn", None)

    @property
    def init_fn(self) -> Callable[[Any], Any] | None:
        function = self._user_init_fn
        return None if function is None else lambda sess: function(self, sess)

    def finalize(self) -> Scaffold:
        """Make what is missing, and finalize the graph."""
        defaults: dict[str, tuple[str, Callable[[], Any]]] = {
            "init_op": (GraphKeys.INIT_OP, lambda: group(global_variables_initializer())),
            "ready_op": (GraphKeys.READY_OP, report_uninitialized_variables),
            "ready_for_local_init_op": (
                GraphKeys.READY_FOR_LOCAL_INIT_OP,
                lambda: report_uninitialized_variables(global_variables()),
            ),
            "local_init_op": (GraphKeys.LOCAL_INIT_OP, Scaffold.default_local_init_op),
            "summary_op": (GraphKeys.SUMMARY_OP, summaries.merge_all),
            "saver": (GraphKeys.SAVERS, lambda: Saver(sharded=True, allow_empty=True)),
        }
        for part, (key, make) in defaults.items():
            if getattr(self, part) is None:
                setattr(self, part, Scaffold.get_or_default(part, key, make))
        self.saver.build()
        get_default_graph().finalize()
        logging.info("Graph was finalized.")
        return self

    @staticmethod
    def get_or_default(arg_name: str, collection_key: str, default_constructor: Callable[[], Any]) -> Any:
        """The only item of a collection, made and listed if there is none; RuntimeError where there are several."""
        found = get_collection(collection_key)
        if len(found) > 1:
            raise RuntimeError(
                f'More than one item in the collection "{collection_key}". Please indicate which one to use by passing '
                f"it to the tf.Scaffold constructor as: tf.Scaffold({arg_name}=item to use)"
            )
        if found:
            return found[0]
        made = default_constructor()
        if made is not None:
            add_to_collection(collection_key, made)
        return made

    @staticmethod
    def default_local_init_op() -> Any:
        """Initializes the local variables."""
        return group(local_variables_initializer(), *get_collection(GraphKeys.TABLE_INITIALIZERS))
