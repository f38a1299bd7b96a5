"""What a session keeps between runs: variables, and the state of stateful nodes."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from typing import Any

import torch

from convflow.core import errors
from convflow.core.shape import TensorShape
from convflow.graph.function import FuncGraph


class VariableSlot:
    """The place of one variable's value; what a reference edge carries while a plan runs.

    Attributes:
        lock: held by updates that read what they write, so that threads that run one session lose none.
    """

    __slots__ = ("lock", "name", "value")

    def __init__(self, name: str) -> None:
        self.lock = threading.Lock()
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


Function = Callable[..., tuple[Any, ...]]
Compiler = Callable[[FuncGraph, "Store"], Function]


class Store:
    """The state of one session. Variables and resources live until the session closes.

    Args:
        compiler: how the body of a function becomes one.
    """

    def __init__(self, compiler: Compiler) -> None:
        self._lock = threading.RLock()
        self._variables: dict[str, VariableSlot] = {}
        self._resources: dict[Any, Any] = {}
        self._functions: dict[FuncGraph, Function] = {}
        self._compiler = compiler
        self._scope: tuple[str, ...] = ()

    def within(self, function: str) -> Store:
        """The same store as the nodes of a function see it: their names may be those of nodes elsewhere."""
        inner = copy.copy(self)
        inner._scope = (*self._scope, function)
        return inner

    def apart(self) -> Store:
        """A store with resources of its own, which goes when nobody uses it any more; functions are the same."""
        inner = copy.copy(self)
        inner._resources = {}
        return inner

    def variable(self, name: str) -> VariableSlot:
        with self._lock:
            if name not in self._variables:
                self._variables[name] = VariableSlot(name)
            return self._variables[name]

    def copied(self) -> Store:
        """A store whose variables have these values and ways of their own from here; resources are the same."""
        other = Store(self._compiler)
        with self._lock:
            for name, slot in self._variables.items():
                if slot.is_initialized:
                    other.variable(name).assign(slot.value)
            other._resources.update(self._resources)
        return other

    def temporary(self, name: str) -> VariableSlot:
        """A place that nobody else knows, for one run."""
        return VariableSlot(name)

    def resource(self, key: Any, make: Callable[[], Any]) -> Any:
        """The resource called `key`, made at its first use."""
        scoped = (self._scope, key)
        with self._lock:
            if scoped not in self._resources:
                self._resources[scoped] = make()
            return self._resources[scoped]

    def resources(self) -> dict[Any, Any]:
        """What there is now, by the path of functions and the key."""
        with self._lock:
            return dict(self._resources)

    def put(self, path: tuple[str, ...], key: Any, resource: Any) -> None:
        """Makes `resource` the one called `key` within the functions of `path`, before anybody has used it.

        Raises:
            ValueError: somebody has.
        """
        with self._lock:
            if (path, key) in self._resources:
                raise ValueError(f"The resource {key} is in use already; set it before the session's first run.")
            self._resources[path, key] = resource

    def function(self, body: FuncGraph) -> Function:
        """The body of a function as a function of values, compiled at its first use.

        It takes the values of the arguments and then of the captured tensors, and returns a tuple.
        """
        with self._lock:
            if body not in self._functions:
                self._functions[body] = self._compiler(body, self)
            return self._functions[body]

    def clear(self) -> None:
        """Forget everything; who waits for a resource in another thread is let go."""
        with self._lock:
            for resource in self._resources.values():
                if hasattr(resource, "cancel"):
                    resource.cancel()
            self._variables.clear()
            self._resources.clear()
            self._functions.clear()
