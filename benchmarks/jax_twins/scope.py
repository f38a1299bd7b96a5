"""Parameters for pure functions: found by their order, first as shapes, then as arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import jax
import numpy as np

Arrays = dict[str, Any]


@dataclass
class Scope:
    """One pass through a network.

    Args:
        training: whether dropout drops and batch normalization takes the batch's own moments.
        parameters, state: name to array; a name that is missing is noted with its shape and stands in as zeros.
        key: for dropout and noise.

    Attributes:
        shapes: of the parameters and the state asked for in vain.
        updated: the state after the pass.
    """

    training: bool
    parameters: Arrays
    state: Arrays
    key: Any
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    updated: Arrays = field(default_factory=dict)
    _prefix: str = ""
    _count: int = 0

    def parameter(self, *shape: int) -> Any:
        return self._held(self.parameters, "parameter", shape)

    def moment(self, *shape: int) -> tuple[str, Any]:
        """A value that training moves without a gradient, and the name to update it by."""
        array = self._held(self.state, "moment", shape)
        return self._name("moment"), array

    def fresh_key(self) -> Any:
        self.key, key = jax.random.split(self.key)
        return key

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """A part of the network; entered again, it finds the same parameters."""
        outer = self._prefix, self._count
        self._prefix, self._count = f"{name}/", 0
        yield
        self._prefix, self._count = outer

    def _name(self, kind: str) -> str:
        return f"{self._prefix}{kind}_{self._count}"

    def _held(self, arrays: Arrays, kind: str, shape: tuple[int, ...]) -> Any:
        self._count += 1
        name = self._name(kind)
        if name not in arrays:
            self.shapes[name] = shape
            return jax.numpy.zeros(shape)
        return arrays[name]


def initial(network: Callable[..., Any], training: bool, inputs: list[np.ndarray]) -> tuple[Arrays, Arrays]:
    """Parameters (He et al. 2015's width, biases zero) and state of a network: nothing is computed to find them."""
    scope = Scope(training, {}, {}, jax.random.key(0))
    jax.eval_shape(lambda *arrays: network(scope, *arrays), *inputs)
    random = np.random.RandomState(0)
    parameters: Arrays = {}
    state: Arrays = {}
    for name, shape in scope.shapes.items():
        if "moment" in name:
            state[name] = np.ones(shape, np.float32)
        elif len(shape) == 1:
            parameters[name] = np.zeros(shape, np.float32)
        else:
            width = np.sqrt(2 / np.prod(shape[:-1]))
            parameters[name] = (random.standard_normal(shape) * width).astype(np.float32)
    return parameters, state
