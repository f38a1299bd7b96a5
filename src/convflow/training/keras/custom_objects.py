"""Classes and functions of the program's own, by name (API: tf.keras.utils.CustomObjectScope, get_custom_objects)."""

from __future__ import annotations

from typing import Any

_known: dict[str, Any] = {}


def get_custom_objects() -> dict[str, Any]:
    """What models are made of besides Keras' own: a dict that programs add to (API: tf.keras.utils)."""
    return _known


class CustomObjectScope:
    """Within the block some names stand for the program's own classes (API: tf.keras.utils.CustomObjectScope).

    Args:
        args: dicts from names to classes and functions.
    """

    def __init__(self, *args: Any) -> None:
        self._given = args
        self._before: dict[str, Any] = {}

    def __enter__(self) -> CustomObjectScope:
        self._before = dict(_known)
        for objects in self._given:
            _known.update(objects)
        return self

    def __exit__(self, *exc: Any) -> None:
        _known.clear()
        _known.update(self._before)


def custom_object_scope(*args: Any) -> CustomObjectScope:
    """The same as a function (API: tf.keras.utils.custom_object_scope).

    Args:
        args: dicts from names to classes and functions.

    Returns:
        a context manager.
    """
    return CustomObjectScope(*args)
