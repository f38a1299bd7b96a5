"""What an input function may return, as features, labels and hooks."""

from __future__ import annotations

from typing import Any

from convflow.graph.collections import GraphKeys
from convflow.graph.operation import Tensor
from convflow.graph.scopes import get_collection
from convflow.input.dataset import Dataset
from convflow.input.iterators import Iterator, make_initializable_iterator
from convflow.modeling.layers import structure
from convflow.training.session_run_hook import SessionRunHook


class _IteratorHook(SessionRunHook):
    """Starts a dataset's iterator in each new session."""

    def __init__(self, iterator: Iterator) -> None:
        self._iterator = iterator

    def begin(self) -> None:
        self._initializer = self._iterator.initializer

    def after_create_session(self, session: Any, coord: Any) -> None:
        session.run(self._initializer)


def parse(result: Any) -> tuple[Any, Any, list[SessionRunHook]]:
    """Features, labels (None if there are none) and hooks of what an input function returned.

    Args:
        result: a `Dataset`, features, or a pair of features and labels.

    Raises:
        ValueError: a list or tuple of another length.
    """
    hooks: list[SessionRunHook] = []
    if isinstance(result, Dataset):
        iterator = make_initializable_iterator(result)
        hooks.append(_IteratorHook(iterator))
        result = iterator.get_next()
    if not isinstance(result, (list, tuple)):
        return result, None, hooks
    if len(result) != 2:
        raise ValueError(
            f"input_fn should return (features, labels) as a len 2 tuple; it returned {len(result)} items."
        )
    return result[0], result[1], hooks


def ends(features: Any) -> bool:
    """Whether features come from what can end: a dataset or a queue."""
    tensors = [tensor for tensor in structure.flat(features) if isinstance(tensor, Tensor)]
    if any(tensor.op.type == "IteratorGetNext" for tensor in tensors):
        return True
    return bool(get_collection(GraphKeys.QUEUE_RUNNERS))
