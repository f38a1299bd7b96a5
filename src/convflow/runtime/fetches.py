"""What `Session.run` was asked for: any nesting of graph elements, and the way back from values to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from convflow.core.dtypes import DType
from convflow.graph.graph import Graph
from convflow.graph.indexed_slices import IndexedSlices, IndexedSlicesValue
from convflow.graph.operation import Operation, Tensor
from convflow.graph.sparse_tensor import SparseTensor, SparseTensorValue


class FetchStructure:
    """The elements of a fetch argument, each once, and how values go back into its form.

    Args:
        fetches: a tensor, sparse tensor, operation, variable or name, or lists, tuples, named tuples and dicts of them.
    """

    def __init__(self, graph: Graph, fetches: Any) -> None:
        self._graph = graph
        self._positions: dict[Tensor | Operation, int] = {}
        # The places of `tf.get_session_handle` among the elements, and the types of the values they stand for.
        self.handles: dict[int, DType] = {}
        self._rebuild = self._read(fetches)

    @property
    def elements(self) -> list[Tensor | Operation]:
        return list(self._positions)

    def build(self, values: list[Any]) -> Any:
        """The form of the fetch argument filled with the values of `elements`; None for operations."""
        return self._rebuild(values)

    def _read(self, fetches: Any) -> Callable[[list[Any]], Any]:
        if isinstance(fetches, (list, tuple)):
            return self._read_sequence(fetches)
        if isinstance(fetches, Mapping):
            return self._read_mapping(fetches)
        if isinstance(fetches, SparseTensor):
            return self._read_sequence(SparseTensorValue(fetches.indices, fetches.values, fetches.dense_shape))
        if isinstance(fetches, IndexedSlices):
            return self._read_slices(fetches)
        position = self._position(fetches)
        return lambda values: values[position]

    def _read_sequence(self, fetches: Any) -> Callable[[list[Any]], Any]:
        parts = [self._read(item) for item in fetches]
        kind = type(fetches)
        if hasattr(fetches, "_fields"):
            return lambda values: kind(*(part(values) for part in parts))
        return lambda values: kind(part(values) for part in parts)

    def _read_slices(self, fetches: IndexedSlices) -> Callable[[list[Any]], Any]:
        parts = [self._read(item) for item in fetches.components]

        def rebuild(values: list[Any]) -> IndexedSlicesValue:
            arrays = [part(values) for part in parts]
            return IndexedSlicesValue(arrays[0], arrays[1], arrays[2] if len(arrays) == 3 else None)

        return rebuild

    def _read_mapping(self, fetches: Mapping[Any, Any]) -> Callable[[list[Any]], Any]:
        parts = {key: self._read(item) for key, item in fetches.items()}
        kind: Any = type(fetches)
        if isinstance(fetches, defaultdict):
            kind = partial(kind, fetches.default_factory)

        def rebuild(values: list[Any]) -> Any:
            return kind((key, part(values)) for key, part in parts.items())

        return rebuild

    def _position(self, fetch: Any) -> int:
        if fetch is None:
            raise TypeError("Fetch argument None has invalid type <class 'NoneType'>: nothing to fetch.")
        try:
            element = self._graph.as_graph_element(fetch, allow_tensor=True, allow_operation=True)
        except TypeError as error:
            raise TypeError(
                f"Fetch argument {fetch!r} has invalid type {type(fetch)}, must be a string or Tensor. ({error})"
            ) from None
        except (ValueError, KeyError) as error:
            reason = error.args[0] if error.args else error
            raise ValueError(
                f"Fetch argument {fetch!r} cannot be interpreted as a Tensor. ({reason}){_where(fetch)}"
            ) from None
        if not self._graph.is_fetchable(element):
            raise ValueError(f"Operation {element.name!r} has been marked as not fetchable.")
        position = self._positions.setdefault(element, len(self._positions))
        if isinstance(element, Tensor) and element.op.type == "GetSessionHandle":
            self.handles[position] = element.op.inputs[0].dtype.base_dtype
        return position


def _where(fetch: Any) -> str:
    op = fetch.op if isinstance(fetch, Tensor) else fetch
    if not isinstance(op, Operation):
        return ""
    return f"\nIt is {op.describe()}\nOpen the session on its graph: tf.Session(graph=tensor.graph)."
