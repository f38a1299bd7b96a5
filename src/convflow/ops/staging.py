"""Values handed on between runs, or between threads (API: tf.contrib.staging.StagingArea)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core.dtypes import DType, as_dtype
from convflow.core.shape import TensorShape, as_shape, scalar, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import get_default_graph, name_scope
from convflow.ops import rules
from convflow.ops.queue_nodes import own_copy
from convflow.ops.queue_resource import Element, ElementStore, QueueResource
from convflow.ops.string import text_of


class StagingArea:
    """Keeps values that one node puts and another takes, in their order, without names for its threads.

    API: tf.contrib.staging.StagingArea, tensorflow.python.ops.data_flow_ops.StagingArea.

    Args:
        dtypes: the type of each component of an element.
        shapes: of each component; None leaves all open.
        names: of the components, which are then put and taken as a dictionary.
        shared_name: areas of one name are one.
        capacity: how many elements fit; 0 for any number.
        memory_limit: bytes that fit; 0 for any number, the only limit there is.

    Raises:
        ValueError: other numbers of shapes or names than of types, or a limit below zero.
        NotImplementedError: a limit in bytes.
    """

    def __init__(
        self,
        dtypes: list[Any],
        shapes: list[Any] | None = None,
        names: list[str] | None = None,
        shared_name: str | None = None,
        capacity: int = 0,
        memory_limit: int = 0,
    ) -> None:
        if not isinstance(dtypes, list):
            raise TypeError(f"The types of a StagingArea must be a list, got {dtypes!r}.")
        for what, given in (("shapes", shapes), ("names", names)):
            if given is not None and len(given) != len(dtypes):
                raise ValueError(f"StagingArea {what} must be as many as dtypes: {len(given)}, {len(dtypes)}.")
        if capacity < 0 or memory_limit < 0:
            raise ValueError(f"A StagingArea's limits must be 0 or more, got {capacity} and {memory_limit}.")
        if memory_limit:
            raise NotImplementedError(f"A StagingArea has no limit in bytes here, got {memory_limit}. Use capacity.")
        self._dtypes = [as_dtype(dtype) for dtype in dtypes]
        self._shapes = [unknown_shape()] * len(dtypes) if shapes is None else [as_shape(shape) for shape in shapes]
        self._names = names
        self._capacity = capacity
        self._name = shared_name or get_default_graph().unique_name("StagingArea")

    @property
    def name(self) -> str:
        return self._name

    @property
    def dtypes(self) -> list[DType]:
        return self._dtypes

    @property
    def shapes(self) -> list[TensorShape]:
        return self._shapes

    @property
    def names(self) -> list[str] | None:
        return self._names

    @property
    def capacity(self) -> int:
        return self._capacity

    @property
    def memory_limit(self) -> int:
        return 0

    def put(self, values: Any, name: str | None = None) -> Operation:
        """Put an element in, waiting for room.

        Args:
            values: a tensor, a list of them, or a dictionary where the area has names.

        Raises:
            ValueError: another number of components, other names, or a shape that does not fit.
        """
        with name_scope(name, f"{self._name}_put") as scope:
            tensors = [
                convert_to_tensor(value, dtype, name=f"component_{index}")
                for index, (value, dtype) in enumerate(zip(self._listed(values), self._dtypes, strict=True))
            ]
            for tensor, shape in zip(tensors, self._shapes, strict=True):
                if not tensor.shape.is_compatible_with(shape):
                    raise ValueError(f"{self._name} takes a component of shape {shape}, got {tensor.shape}.")
            return apply_op("Stage", values=tensors, shared_name=self._name, capacity=self._capacity, name=scope)

    def get(self, name: str | None = None) -> Any:
        """Take the oldest element, waiting for one: a list of tensors, or a dictionary where the area has names."""
        outputs = apply_op(
            "Unstage",
            dtypes=self._dtypes,
            shared_name=self._name,
            capacity=self._capacity,
            name=name or f"{self._name}_get",
        )
        for output, shape in zip(outputs, self._shapes, strict=True):
            output.set_shape(shape)
        return dict(zip(self._names, outputs, strict=True)) if self._names else outputs

    def size(self, name: str | None = None) -> Tensor:
        """How many elements there are, an int32 scalar."""
        return self._about("StageSize", name or f"{self._name}_size")

    def clear(self, name: str | None = None) -> Operation:
        """Take all elements out."""
        return self._about("StageClear", name or f"{self._name}_clear")

    def _about(self, op_type: str, name: str) -> Any:
        return apply_op(op_type, dtypes=self._dtypes, shared_name=self._name, capacity=self._capacity, name=name)

    def _listed(self, values: Any) -> list[Any]:
        if isinstance(values, dict):
            if not self._names or set(self._names) != set(values):
                raise ValueError(f"{self._name} has the names {self._names}, got a dictionary of {sorted(values)}.")
            return [values[name] for name in self._names]
        if self._names:
            raise ValueError(f"{self._name} has the names {self._names}: put a dictionary.")
        listed = list(values) if isinstance(values, (list, tuple)) else [values]
        if len(listed) != len(self._dtypes):
            raise ValueError(f"{self._name} takes {len(self._dtypes)} components, got {len(listed)}.")
        return listed


def _area(op: Operation, store: Any) -> QueueResource:
    """The area of a node in its session. All that name it agree on it, so that none makes it for itself."""
    name = text_of(op.attrs["shared_name"]) or op.name
    types = list(op.attrs["dtypes"])
    capacity = op.attrs["capacity"] or -1
    key = ("staging", text_of(op.attrs["container"]), name)
    return store.resource(key, lambda: QueueResource(name, "StagingArea", types, [], capacity, ElementStore()))


def _put_kernel(op: Operation, store: Any) -> Callable[..., None]:
    return lambda *components: _area(op, store).add([tuple(map(own_copy, components))])


def _get_kernel(op: Operation, store: Any) -> Callable[[], Element]:
    return lambda: _area(op, store).take(1)[0]


def _size_kernel(op: Operation, store: Any) -> Callable[[], torch.Tensor]:
    return lambda: torch.tensor(_area(op, store).size(), dtype=torch.int32)


def _clear_kernel(op: Operation, store: Any) -> Callable[[], None]:
    def clear() -> None:
        area = _area(op, store)
        area.take(area.size())

    return clear


def _components(ctx: InferenceContext) -> list[TensorShape]:
    return [unknown_shape() for _ in ctx.attr("dtypes")]


_ATTRS = (
    "capacity: int = 0 >= 0; memory_limit: int = 0 >= 0; dtypes: list(type){}; container: string = ''; "
    "shared_name: string = ''"
)


def _register(name: str, kernel: Any, shape: Any, inputs: str = "", outputs: str = "", types: str = "") -> None:
    register_op(
        name,
        inputs=inputs,
        outputs=outputs,
        attrs=_ATTRS.format(types),
        shape=shape,
        kernel=kernel,
        gradient=NO_GRADIENT,
        stateful=True,
    )


_register("Stage", _put_kernel, rules.no_output, inputs="values: (dtypes...)", types=" >= 1")
_register("Unstage", _get_kernel, _components, outputs="values: (dtypes...)", types=" >= 1")
_register("StageSize", _size_kernel, lambda ctx: [scalar()], outputs="size: int32")
_register("StageClear", _clear_kernel, rules.no_output)
