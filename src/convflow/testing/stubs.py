"""Attributes replaced for the time of a test (API: tf.test.StubOutForTesting)."""

from __future__ import annotations

import inspect
from typing import Any


class StubOutForTesting:
    """Replaces attributes and puts them back: at `UnsetAll`, `SmartUnsetAll`, or the end of a `with` block."""

    def __init__(self) -> None:
        self._kept: list[tuple[Any, str, Any]] = []

    def Set(self, parent: Any, child_name: str, new_child: Any) -> None:
        """Replaces `parent.child_name`; a class's static method stays one."""
        old = getattr(parent, child_name)
        raw = vars(parent).get(child_name) if inspect.isclass(parent) else None
        if isinstance(raw, staticmethod):
            old, new_child = raw, staticmethod(new_child)
        self._kept.append((parent, child_name, old))
        setattr(parent, child_name, new_child)

    def SmartSet(self, obj: Any, attr_name: str, new_attr: Any) -> None:
        """Replaces an attribute where it is defined: in the object, or the class of it that has it.

        Raises:
            AttributeError: nobody has it.
        """
        owners = [obj] if inspect.ismodule(obj) or attr_name in vars(obj) else inspect.getmro(_class_of(obj))
        owner = next((each for each in owners if attr_name in vars(each)), None)
        if owner is None:
            raise AttributeError(f"{obj!r} has no attribute {attr_name!r} to replace")
        self.Set(owner, attr_name, new_attr)

    def UnsetAll(self) -> None:
        """Puts everything back, the latest first."""
        while self._kept:
            parent, name, old = self._kept.pop()
            setattr(parent, name, old)

    SmartUnsetAll = CleanUp = UnsetAll

    def __enter__(self) -> StubOutForTesting:
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self.UnsetAll()


def _class_of(obj: Any) -> type:
    return obj if inspect.isclass(obj) else type(obj)
