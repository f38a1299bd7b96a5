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
from convflow.graph.sparse_tensor import SparseTensor, SparseTensorValue
from convflow.graph.type_spec import composite_spec_of
from convflow.input import structure
from convflow.input.structure import ElementSpec


@dataclass(frozen=True)
class TracedFunction:
    """A function of elements.

    Attributes:
        body: its graph.
        result: what the function returned: a nested structure of tensors, sparse tensors and datasets.
        spec: what that is.
    """

    body: FuncGraph
    result: Any
    spec: ElementSpec

    @property
    def flat_shapes(self) -> list[TensorShape]:
        """The shapes of the tensors that the result travels as."""
        return [tensor.shape for tensor in self.body.outputs]

    @property
    def flat_attrs(self) -> dict[str, Any]:
        """Types and shapes of these tensors as attributes of a node."""
        types = [tensor.dtype.base_dtype for tensor in self.body.outputs]
        return {"output_types": types, "output_shapes": self.flat_shapes}

    def attrs(self, attr: str = "f") -> dict[str, Any]:
        """The attribute and inputs by which a node knows the function and what it captured."""
        return {attr: self.body.attr, "other_arguments": self.body.captured}


def traced(name: str, function: Callable[..., Any], spec: ElementSpec, batched: bool = False) -> TracedFunction:
    """`function`, called once with an element of placeholders. A tuple is passed as several arguments.

    Args:
        batched: the result travels in a form that can be taken apart along its first dimension.

    Raises:
        TypeError: it returned something that is no structure of tensors.
    """
    results: list[Any] = []

    def body(*flat: Tensor) -> list[Tensor]:
        element = spec.from_tensors(list(flat))
        returned = function(*element) if _is_several(element) else function(element)
        # Several tensors may come as a list, as tf.py_func returns them.
        result = as_components(tuple(returned) if isinstance(returned, list) else returned, function)
        found = ElementSpec.of_value(result)
        results.extend((result, found))
        return found.to_batched_tensors(result) if batched else found.to_tensors(result)

    arguments: list[tuple[DType, TensorShape]] = list(zip(spec.flat_types, spec.flat_shapes, strict=True))
    label = f"Dataset_{name}_{getattr(function, '__name__', type(function).__name__).strip('<>')}"
    return TracedFunction(trace(label, arguments, body, get_default_graph()), *results)


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


def as_components(value: Any, function: Any = None) -> Any:
    """A structure whose leaves are tensors, sparse tensors, datasets and the like.

    Args:
        function: what returned it, for the error's text.

    Raises:
        TypeError: a leaf cannot be made a tensor.
    """
    return structure.map_leaves(lambda leaf: _as_component(leaf, function), value)


def _as_component(leaf: Any, function: Any) -> Any:
    if isinstance(leaf, SparseTensorValue):
        return SparseTensor.from_value(leaf)
    try:
        return leaf if composite_spec_of(leaf) is not None else convert_to_tensor(leaf)
    except (TypeError, ValueError) as error:
        if function is None:
            raise
        raise TypeError(
            f"Unsupported return value from function passed to Dataset: {leaf!r} of type {type(leaf).__name__}. "
            f"{getattr(function, '__name__', function)} must return tensors, in tuples and dicts. {error}"
        ) from error
