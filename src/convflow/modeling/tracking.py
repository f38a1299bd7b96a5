"""What an object of a program holds, by name: how checkpoints of objects find variables (API: tf.train.Checkpoint).

An object takes part by a method `_checkpoint_children`, which returns what it holds under the names that TensorFlow
gives it in checkpoints. Lists and dicts take part with what they hold.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from typing import Any

from convflow.modeling.variables.variable import Variable

# What waits for objects to be made: restored checkpoints whose values have no variable yet.
_waiting: list[weakref.ref[Any]] = []
# The attribute that says which others take no part.
_LEFT_OUT = "_left_out_of_checkpoints"


def is_tracked(value: Any) -> bool:
    """Whether an object takes part in checkpoints, by itself or with something it holds."""
    if isinstance(value, Variable) or hasattr(type(value), "_checkpoint_children"):
        return True
    if isinstance(value, list):
        return any(map(is_tracked, value))
    return isinstance(value, dict) and any(map(is_tracked, value.values()))


def children(parent: Any) -> dict[str, Any]:
    """What an object holds, by name."""
    if isinstance(parent, Variable):
        return {}
    if isinstance(parent, list):
        return {str(index): item for index, item in enumerate(parent) if is_tracked(item)}
    if isinstance(parent, dict):
        return {str(key): item for key, item in parent.items() if is_tracked(item)}
    return parent._checkpoint_children()


def attributes(parent: Any, skipped: frozenset[str] = frozenset()) -> dict[str, Any]:
    """An object's attributes that take part, but for some."""
    skipped |= vars(parent).get(_LEFT_OUT, frozenset())
    return {name: value for name, value in vars(parent).items() if name not in skipped and is_tracked(value)}


class NoDependency:
    """Holds a value that takes no part in checkpoints (API: tf.contrib.checkpoint.NoDependency).

    Args:
        value: anything; the attribute of an object of checkpoints that this is assigned to becomes it.
    """

    def __init__(self, value: Any) -> None:
        self.value = value


def assigned(parent: Any, name: str, value: Any) -> Any:
    """What an attribute becomes when `value` is assigned: what a `NoDependency` holds, which is left out from then."""
    left_out = vars(parent).get(_LEFT_OUT, frozenset())
    if isinstance(value, NoDependency):
        vars(parent)[_LEFT_OUT] = left_out | {name}
        return value.value
    if name in left_out:
        vars(parent)[_LEFT_OUT] = left_out - {name}
    return value


def wait(callback: Callable[[], Any]) -> None:
    """Call a bound method whenever objects are made, as long as its object lives."""
    _waiting.append(weakref.WeakMethod(callback))


def stop_waiting(callback: Callable[[], Any]) -> None:
    """Call it no more."""
    _waiting[:] = [reference for reference in _waiting if reference() not in (None, callback)]


def objects_made() -> None:
    """Variables were made, or joined an object: values that waited for them are theirs."""
    for reference in list(_waiting):
        callback = reference()
        if callback is not None:
            callback()


class AutoTrackable:
    """An object whose attributes take part in checkpoints (API: tf.contrib.checkpoint.Checkpointable)."""

    def __setattr__(self, name: str, value: Any) -> None:
        value = assigned(self, name, value)
        super().__setattr__(name, value)
        if _waiting and is_tracked(value):
            objects_made()

    def _checkpoint_children(self) -> dict[str, Any]:
        return attributes(self)


class List(AutoTrackable, list):
    """A list that takes part in checkpoints (API: tf.contrib.checkpoint.List).

    Args:
        items: what it holds.
    """

    def __init__(self, *items: Any) -> None:
        list.__init__(self, *items)

    def append(self, value: Any) -> None:
        super().append(value)
        objects_made()

    def _checkpoint_children(self) -> dict[str, Any]:
        return children(list(self))


class TrackedMapping(AutoTrackable, dict):
    """A dict that takes part in checkpoints; what it holds stays (API: tf.contrib.checkpoint.Mapping).

    Args:
        args, kwargs: what the dict holds first, as of `dict`.

    Raises:
        ValueError: a key is given another value. TypeError: a key is no string.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()
        self.update(*args, **kwargs)

    def __setitem__(self, key: str, value: Any) -> None:
        if not isinstance(key, str):
            raise TypeError(f"Mapping accepts only string keys, but got a key {key!r}.")
        if key in self and self[key] is not value:
            raise ValueError(f"Mappings are an append-only data structure. Tried to overwrite the key {key!r}.")
        super().__setitem__(key, value)
        objects_made()

    def update(self, *args: Any, **kwargs: Any) -> None:
        given: Mapping[str, Any] = dict(*args, **kwargs)
        for key, value in given.items():
            self[key] = value

    def _checkpoint_children(self) -> dict[str, Any]:
        return children(dict(self))
