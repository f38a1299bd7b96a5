"""Tensor arrays as nodes (API: tf.raw_ops.TensorArrayV3): what `tf.TensorArray` makes.

A handle is the array's values; a flow is a number without meaning that says what comes after what: an operation
takes the flow of the one before it. The gradient of an array is another array, of the gradients of its values.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core import errors
from convflow.core.shape import TensorShape, scalar, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation
from convflow.ops import rules
from convflow.ops.tensor_array_values import ArrayValues, joined, nothing

_FLOW = torch.zeros(())


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _scalars(ctx: InferenceContext, names: dict[int, str]) -> None:
    for index, name in names.items():
        rules.with_rank(ctx.input(index), 0, name)


# Making


def _array_kernel(op: Operation, store: Any) -> Callable[..., Any]:
    attrs = op.attrs
    name = _text(attrs["tensor_array_name"]) or op.name

    def make(size: torch.Tensor) -> Any:
        if int(size) < 0:
            raise errors.InvalidArgumentError(None, None, f"Size should be >= 0, got {int(size)}.")
        values = ArrayValues(
            name,
            attrs["dtype"],
            int(size),
            attrs["dynamic_size"],
            attrs["clear_after_read"],
            attrs["element_shape"],
            attrs["identical_element_shapes"],
        )
        return values, _FLOW

    return make


def _array_shape(ctx: InferenceContext) -> list[TensorShape]:
    _scalars(ctx, {0: "size"})
    return [TensorShape([2]), scalar()]


register_op(
    "TensorArrayV3",
    inputs="size: int32",
    outputs="handle: resource; flow: float",
    attrs=(
        "dtype: type; element_shape: shape = <unknown>; dynamic_size: bool = false; clear_after_read: bool = true; "
        "identical_element_shapes: bool = false; tensor_array_name: string = ''"
    ),
    shape=_array_shape,
    kernel=_array_kernel,
    gradient=NOT_DIFFERENTIABLE,
    stateful=True,
)


def _gradient_kernel(op: Operation, store: Any) -> Callable[..., Any]:
    source = _text(op.attrs["source"])

    def make(array: ArrayValues, flow: Any, prepended: Any = None) -> Any:
        before = () if prepended is None else tuple(prepended.tolist())
        return array.gradient(source, before), _FLOW

    return make


def _gradient_shape(ctx: InferenceContext) -> list[TensorShape]:
    return [TensorShape([2]), scalar()]


register_op(
    "TensorArrayGradV3",
    inputs="handle: resource; flow_in: float",
    outputs="grad_handle: resource; flow_out: float",
    attrs="source: string",
    shape=_gradient_shape,
    kernel=_gradient_kernel,
    gradient=NOT_DIFFERENTIABLE,
    stateful=True,
)
register_op(
    "TensorArrayGradWithShape",
    inputs="handle: resource; flow_in: float; shape_to_prepend: int32",
    outputs="grad_handle: resource; flow_out: float",
    attrs="source: string",
    shape=_gradient_shape,
    kernel=_gradient_kernel,
    gradient=NOT_DIFFERENTIABLE,
    stateful=True,
)


# Single values


def _write(array: ArrayValues, index: torch.Tensor, value: Any, flow: Any) -> Any:
    array.write(int(index), value)
    return _FLOW


def _write_kernel(op: Operation, store: Any) -> Callable[..., Any]:
    return _checked(op.attrs["T"], _write)


def _checked(dtype: Any, compute: Callable[..., Any]) -> Callable[..., Any]:
    def run(array: ArrayValues, *rest: Any) -> Any:
        if array.dtype is not dtype:
            raise errors.InvalidArgumentError(
                None, None, f"TensorArray dtype is {array.dtype.name} but Op is trying to use dtype {dtype.name}."
            )
        return compute(array, *rest)

    return run


def _write_shape(ctx: InferenceContext) -> list[TensorShape]:
    _scalars(ctx, {1: "index", 3: "flow_in"})
    return [scalar()]


def _read_kernel(op: Operation, store: Any) -> Callable[..., Any]:
    return _checked(op.attrs["dtype"], lambda array, index, flow: array.read(int(index)))


def _read_shape(ctx: InferenceContext) -> list[TensorShape]:
    _scalars(ctx, {1: "index", 2: "flow_in"})
    return [unknown_shape()]


# Many values


def _gather_kernel(op: Operation, store: Any) -> Callable[..., Any]:
    shape = op.attrs["element_shape"]

    def gather(array: ArrayValues, indices: torch.Tensor, flow: Any) -> Any:
        if indices.numel() == 0:
            known = shape if shape.is_fully_defined() else array.element_shape
            return nothing(array.dtype, known, "gathering")
        return joined([array.read(index) for index in indices.tolist()], together=False)

    return _checked(op.attrs["dtype"], gather)


def _gather_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(1), 1, "indices")
    _scalars(ctx, {2: "flow_in"})
    return [unknown_shape()]


def _rows(value: Any) -> Any:
    """The rows of a tensor; those of a vector of strings are scalars, which NumPy would give as bare bytes."""
    return value if isinstance(value, torch.Tensor) else (value[row, ...] for row in range(len(value)))


def _scatter_kernel(op: Operation, store: Any) -> Callable[..., Any]:
    def scatter(array: ArrayValues, indices: torch.Tensor, value: Any, flow: Any) -> Any:
        if value.ndim == 0 or len(indices) != len(value):
            raise ValueError(
                f"Expected len(indices) == values.shape[0], but saw: {len(indices)} vs. {list(value.shape)}."
            )
        for index, row in zip(indices.tolist(), _rows(value), strict=True):
            array.write(index, row)
        return _FLOW

    return _checked(op.attrs["T"], scatter)


def _scatter_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(1), 1, "indices")
    _scalars(ctx, {3: "flow_in"})
    return [scalar()]


def _concat_kernel(op: Operation, store: Any) -> Callable[..., Any]:
    rest = op.attrs["element_shape_except0"]

    def concat(array: ArrayValues, flow: Any) -> Any:
        parts = [array.read(index) for index in range(array.size)]
        if not parts:
            return nothing(array.dtype, rest, "concatenating"), torch.zeros(0, dtype=torch.int64)
        for index, part in enumerate(parts):
            if part.ndim == 0:
                raise ValueError(f"Concat saw a scalar shape at index {index} but requires at least vectors.")
        return joined(parts, together=True), torch.tensor([part.shape[0] for part in parts])

    return _checked(op.attrs["dtype"], concat)


def _concat_shape(ctx: InferenceContext) -> list[TensorShape]:
    _scalars(ctx, {1: "flow_in"})
    return [unknown_shape(), unknown_shape(1)]


def _split_kernel(op: Operation, store: Any) -> Callable[..., Any]:
    def split(array: ArrayValues, value: Any, lengths: torch.Tensor, flow: Any) -> Any:
        if value.ndim == 0 or int(lengths.sum()) != value.shape[0]:
            raise ValueError(
                f"Expected sum of lengths to be equal to values.shape[0], but sum of lengths is {int(lengths.sum())} "
                f"and value's shape is: {list(value.shape)}."
            )
        if not array.dynamic_size and len(lengths) != array.size:
            raise ValueError(
                "TensorArray's size is not equal to the size of lengths "
                f"({array.size} vs. {len(lengths)}), and the TensorArray is not marked as dynamically resizeable."
            )
        start = 0
        for index, length in enumerate(lengths.tolist()):
            array.write(index, value[start : start + length])
            start += length
        return _FLOW

    return _checked(op.attrs["T"], split)


def _split_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(2), 1, "lengths")
    _scalars(ctx, {3: "flow_in"})
    return [scalar()]


def _size_kernel(op: Operation, store: Any) -> Callable[..., Any]:
    return lambda array, flow: torch.tensor(array.size, dtype=torch.int32)


def register_reading_and_writing(gradients: dict[str, Any]) -> None:
    """Register the nodes whose gradients are arrays, which `tf.TensorArray` makes."""
    for op_type, inputs, outputs, attrs, shape, kernel in (
        (
            "WriteV3",
            "index: int32; value: T; flow_in: float",
            "flow_out: float",
            "T: type",
            _write_shape,
            _write_kernel,
        ),
        ("ReadV3", "index: int32; flow_in: float", "value: dtype", "dtype: type", _read_shape, _read_kernel),
        (
            "GatherV3",
            "indices: int32; flow_in: float",
            "value: dtype",
            "dtype: type; element_shape: shape = <unknown>",
            _gather_shape,
            _gather_kernel,
        ),
        (
            "ScatterV3",
            "indices: int32; value: T; flow_in: float",
            "flow_out: float",
            "T: type",
            _scatter_shape,
            _scatter_kernel,
        ),
        (
            "ConcatV3",
            "flow_in: float",
            "value: dtype; lengths: int64",
            "dtype: type; element_shape_except0: shape = <unknown>",
            _concat_shape,
            _concat_kernel,
        ),
        (
            "SplitV3",
            "value: T; lengths: int64; flow_in: float",
            "flow_out: float",
            "T: type",
            _split_shape,
            _split_kernel,
        ),
    ):
        register_op(
            f"TensorArray{op_type}",
            inputs=f"handle: resource; {inputs}",
            outputs=outputs,
            attrs=attrs,
            shape=shape,
            kernel=kernel,
            gradient=gradients[op_type],
            stateful=True,
        )


register_op(
    "TensorArraySizeV3",
    inputs="handle: resource; flow_in: float",
    outputs="size: int32",
    shape=rules.scalar_output,
    kernel=_size_kernel,
    gradient=NOT_DIFFERENTIABLE,
    stateful=True,
)
register_op(
    "TensorArrayCloseV3",
    inputs="handle: resource",
    shape=rules.no_output,
    kernel=lambda op, store: lambda array: array.clear(),
    gradient=NOT_DIFFERENTIABLE,
    stateful=True,
)


def tensor_array_grad_with_shape(
    handle: Any, flow_in: Any, shape_to_prepend: Any, source: str, name: str | None = None
) -> Any:
    """The array of gradients whose values have more leading axes (API: tf.raw_ops.TensorArrayGradWithShape)."""
    return apply_op(
        "TensorArrayGradWithShape",
        handle=handle,
        flow_in=flow_in,
        shape_to_prepend=shape_to_prepend,
        source=source,
        name=name,
    )
