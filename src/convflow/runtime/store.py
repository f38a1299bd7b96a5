"""What a session keeps between runs: variables, and the state of stateful nodes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import torch

from convflow.core import errors
from convflow.core.shape import TensorShape


class VariableSlot:
    """The place of one variable's value; what a reference edge carries while a plan runs."""

    __slots__ = ("name", "value")

    def __init__(self, name: str) -> None:
        self.name = name
        self.value: torch.Tensor | Any = None

    @property
    def is_initialized(self) -> bool:
        return self.value is not None

    def read(self) -> Any:
        """The value; FailedPreconditionError before the first assignment."""
        if self.value is None:
            raise errors.FailedPreconditionError(
                None,
                None,
                f"Attempting to use uninitialized value {self.name}. Run tf.global_variables_initializer() or "
                "restore a checkpoint in this session first.",
            )
        return self.value

    def assign(self, value: Any) -> None:
        """Take over a copy of `value`, in place where shapes agree: readers share the variable's memory."""
        current = self.value
        if isinstance(value, torch.Tensor):
            if isinstance(current, torch.Tensor) and current.shape == value.shape:
                current.copy_(value)
            else:
                self.value = value.clone(memory_format=torch.contiguous_format)
        else:
            self.value = value.copy()

    @property
    def shape(self) -> TensorShape:
        return TensorShape(None if self.value is None else self.value.shape)


class Store:
    """The state of one session. Variables and resources live until the session closes."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._variables: dict[str, VariableSlot] = {}
        self._resources: dict[Any, Any] = {}

    def variable(self, name: str) -> VariableSlot:
        with self._lock:
            if name not in self._variables:
                self._variables[name] = VariableSlot(name)
            return self._variables[name]

    def resource(self, key: Any, make: Callable[[], Any]) -> Any:
        """The resource called `key`, made at its first use."""
        with self._lock:
            if key not in self._resources:
                self._resources[key] = make()
            return self._resources[key]

    def clear(self) -> None:
        with self._lock:
            self._variables.clear()
            self._resources.clear()
