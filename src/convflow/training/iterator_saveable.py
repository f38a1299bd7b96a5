"""Iterators in checkpoints (API: tf.data.experimental.make_saveable_from_iterator)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convflow.graph.apply import apply_op
from convflow.graph.operation import Tensor
from convflow.graph.scopes import colocate_with
from convflow.modeling.saveable_object import SaveableObject, SaveSpec
from convflow.ops import iterator_saving

_POLICIES = {"warn": iterator_saving.WARN, "ignore": iterator_saving.IGNORE, "fail": iterator_saving.FAIL}


class IteratorSaveable(SaveableObject):
    """An iterator as part of a checkpoint.

    Args:
        iterator_resource: its handle.
        name: what it is called; its key in the checkpoint begins with it.
        external_state_policy: "fail", "warn" or "ignore".
    """

    def __init__(self, iterator_resource: Tensor, name: str, external_state_policy: str = "fail") -> None:
        serialized = apply_op(
            "SerializeIterator",
            resource_handle=iterator_resource,
            external_state_policy=_POLICIES[external_state_policy],
        )
        spec = SaveSpec(serialized, "", f"{name}_STATE")
        super().__init__(iterator_resource, [spec], name)

    def restore(self, restored_tensors: Sequence[Tensor], restored_shapes: Any) -> Any:
        with colocate_with(self.op):
            return apply_op("DeserializeIterator", resource_handle=self.op, serialized=restored_tensors[0])


def make_saveable_from_iterator(iterator: Any, external_state_policy: str | None = None) -> IteratorSaveable:
    """An iterator as something that a `tf.train.Saver` saves (API: tf.data.experimental.make_saveable_from_iterator).

    Put it into the collection `tf.GraphKeys.SAVEABLE_OBJECTS`, or into the saver's `var_list`. A restored iterator goes
    on where it stood: run its initializer before. Restoring goes through the dataset again, up to that place, without
    calling the functions whose results are not needed; orders without a seed are those of before.

    Args:
        iterator: a `tf.data.Iterator`.
        external_state_policy: what to do where a function of the dataset keeps state that is not saved: "fail" (also
            if None), "warn" or "ignore".

    Returns:
        A `SaveableObject`.

    Raises:
        ValueError: another policy.
        tf.errors.FailedPreconditionError: (when saved) a function keeps state, or the iterator was not initialized.
    """
    policy = "fail" if external_state_policy is None else external_state_policy
    if policy not in _POLICIES:
        raise ValueError(
            "Invalid `ExternalStatePolicy.` Supported values include 'warn', 'ignore', and 'fail.' Received "
            f"{external_state_policy}."
        )
    handle = iterator._iterator_resource
    return IteratorSaveable(handle, handle.name, policy)
