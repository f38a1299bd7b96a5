"""A program's Python functions as functions of the graph, for the datasets that call them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from convflow.core import dtypes
from convflow.core.dtypes import DType
from convflow.core.shape import TensorShape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.function import FuncGraph, trace
from convflow.graph.operation import Tensor
from convflow.graph.scopes import get_default_graph
from convflow.input import structure
from convflow.input.structure import ElementSpec


@dataclass(frozen=True)
class TracedFunction:
    """A function of elements.

    Attributes:
        body: its graph.
        result: what the function returned: a nested structure of tensors.
    """

    body: FuncGraph
    result: Any

    @property
    def spec(self) -> ElementSpec:
        """The result as an element of a dataset."""
        types = structure.map_leaves(lambda tensor: tensor.dtype.base_dtype, self.result)
        return ElementSpec(types, structure.map_leaves(lambda tensor: tensor.shape, self.result))

    def attrs(self, attr: str = "f") -> dict[str, Any]:
        """The attribute and inputs by which a node knows the function and what it captured."""
        return {attr: self.body.attr, "other_arguments": self.body.captured}


def traced(name: str, function: Callable[..., Any], spec: ElementSpec) -> TracedFunction:
    """`function`, called once with an element of placeholders. A tuple is passed as several arguments.

    Raises:
        TypeError: it returned something that is no structure of tensors.
    """
    results: list[Any] = []

    def body(*flat: Tensor) -> list[Tensor]:
        element = structure.pack(spec.types, list(flat))
        returned = function(*element) if _is_several(element) else function(element)
        results.append(structure.map_leaves(lambda leaf: _as_tensor(leaf, function), _plain(returned)))
        return structure.flatten(results[0])

    arguments: list[tuple[DType, TensorShape]] = list(zip(spec.flat_types, spec.flat_shapes, strict=True))
    label = f"Dataset_{name}_{getattr(function, '__name__', type(function).__name__).strip('<>')}"
    return TracedFunction(trace(label, arguments, body, get_default_graph()), results[0])


def traced_predicate(name: str, function: Callable[..., Any], spec: ElementSpec) -> TracedFunction:
    """As `traced`, for a function that must return one boolean.

    Raises:
        ValueError: it returns something else.
    """
    found = traced(name, function, spec)
    result = found.result
    if not isinstance(result, Tensor) or result.dtype is not dtypes.bool or not result.shape.is_compatible_with([]):
        raise ValueError(
            f"Invalid `predicate`. `predicate` must return a `tf.bool` scalar tensor, but it returned {result!r}."
        )
    return found


def _is_several(element: Any) -> bool:
    return isinstance(element, tuple) and not hasattr(element, "_fields")


def _plain(returned: Any) -> Any:
    # A list is a value to be made one tensor; several components come as a tuple.
    return returned if not isinstance(returned, list) else _stacked(returned)


def _stacked(values: list[Any]) -> Any:
    return convert_to_tensor(values)


def _as_tensor(leaf: Any, function: Any) -> Tensor:
    try:
        return convert_to_tensor(leaf)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"Unsupported return value from function passed to Dataset: {leaf!r} of type {type(leaf).__name__}. "
            f"{getattr(function, '__name__', function)} must return tensors, in tuples and dicts. {error}"
        ) from error
