"""Strings joined, cut and changed letter by letter (API: tf.string_join, tf.reduce_join, tf.substr, tf.strings).

A string is bytes. Where an op speaks of characters the bytes are UTF-8; what is none counts byte by byte.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.core import errors
from convflow.core.shape import Dimension, TensorShape, scalar, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules
from convflow.ops.array.constant import constant
from convflow.ops.math.arithmetic import subtract
from convflow.ops.types import INDEX
from convflow.ops.window import either


def text_of(value: Any) -> str:
    """A text attribute as it is written in the program."""
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)


def each(compute: Callable[..., Any], *arrays: Any, dtype: Any = object) -> np.ndarray:
    """`compute` of every element of arrays of one shape (scalars go with any)."""
    parts = np.broadcast_arrays(*arrays)
    result = np.empty(parts[0].shape, dtype=dtype)
    for index in np.ndindex(result.shape):
        result[index] = compute(*(part[index] for part in parts))
    return result


def string_join(inputs: Any, separator: str = "", name: str | None = None) -> Tensor:
    """Strings put one after the other, element by element (API: tf.string_join, tf.strings.join).

    Args:
        inputs: tensors of strings of one shape; scalars go with any shape.
        separator: stands between them.
    """
    return apply_op("StringJoin", inputs=inputs, separator=separator, name=name)


def _string_join_shape(ctx: InferenceContext) -> list[TensorShape]:
    shape = scalar()
    for index in range(ctx.num_inputs):
        other = ctx.input(index)
        if other.rank == 0:
            continue
        try:
            shape = other if shape.rank == 0 else shape.merge_with(other)
        except ValueError:
            raise ValueError(
                f"Shapes of all inputs must match or be scalars: input {index} has shape {other}, another {shape}."
            ) from None
    return [shape]


def _string_join_kernel(op: Operation) -> Callable[..., np.ndarray]:
    separator = op.attrs["separator"]
    between = separator.encode() if isinstance(separator, str) else separator

    def compute(*inputs: np.ndarray) -> np.ndarray:
        if len({array.shape for array in inputs if array.ndim}) > 1:
            raise ValueError("the shapes of the inputs differ")
        if not inputs:
            return np.array(b"", dtype=object)
        return each(lambda *parts: between.join(parts), *inputs)

    return compute


register_op(
    "StringJoin",
    inputs="inputs: N * string",
    outputs="output: string",
    attrs="N: int >= 0; separator: string = ''",
    shape=_string_join_shape,
    kernel=_string_join_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


def reduce_join(
    inputs: Any,
    axis: Any = None,
    keep_dims: bool | None = None,
    separator: str = "",
    name: str | None = None,
    reduction_indices: Any = None,
    keepdims: bool | None = None,
) -> Tensor:
    """The strings along axes joined to one (API: tf.reduce_join, tf.strings.reduce_join).

    Args:
        inputs: a tensor of strings.
        axis: the axes, in the order in which they are joined; by default all of them from the last to the first, which
            gives the strings in row-major order. `reduction_indices` is its former name.
        keepdims: keep the axes with size 1. `keep_dims` is its former name.
        separator: stands between the strings.

    Raises:
        ValueError: an axis outside of the rank or named twice.
    """
    axis = either("axis", axis, "reduction_indices", reduction_indices)
    keepdims = either("keepdims", keepdims, "keep_dims", keep_dims)
    with name_scope(None, "ReduceJoin", [inputs, axis]):
        inputs = convert_to_tensor(inputs)
        axis = _axes_backwards(inputs) if axis is None else axis
        return apply_op(
            "ReduceJoin",
            inputs=inputs,
            reduction_indices=axis,
            keep_dims=bool(keepdims),
            separator=separator,
            name=name,
        )


def _axes_backwards(inputs: Tensor) -> Tensor:
    if inputs.shape.rank is not None:
        return constant(np.arange(inputs.shape.rank - 1, -1, -1, dtype=np.int32))
    rank = apply_op("Rank", input=inputs)
    with name_scope(None, "sub") as scope:
        last = subtract(rank, convert_to_tensor(1, dtype=rank.dtype, name="y"), name=scope)
    with name_scope(None, "range") as scope:
        return apply_op("Range", start=last, limit=-1, delta=-1, name=scope)


def _checked_axes(axes: list[int], rank: int) -> list[int]:
    for axis in axes:
        if not -rank <= axis < rank:
            raise ValueError(f"Invalid reduction dimension {axis} for input with {rank} dimension(s).")
    result = [axis % rank for axis in axes]
    if len(set(result)) < len(result):
        raise ValueError(f"Duplicate reduction dimension in {axes}.")
    return result


def _reduce_join_shape(ctx: InferenceContext) -> list[TensorShape]:
    shape, axes, keep = ctx.input(0), ctx.constant(1), ctx.attr("keep_dims")
    if ctx.input(1).rank not in (None, 0, 1):
        raise ValueError(f"reduction_indices must be a scalar or a vector, have shape {ctx.input(1)}.")
    if shape.rank is None or axes is None:
        return [unknown_shape(shape.rank) if keep else unknown_shape()]
    reduced = set(_checked_axes(axes.reshape(-1).tolist(), shape.rank))
    sizes = [Dimension(1) if axis in reduced else size for axis, size in enumerate(shape)]
    return [TensorShape([size for axis, size in enumerate(sizes) if keep or axis not in reduced])]


def _reduce_join_kernel(op: Operation) -> Callable[..., np.ndarray]:
    keep, separator = op.attrs["keep_dims"], text_of(op.attrs["separator"]).encode("utf-8", "surrogateescape")

    def compute(inputs: np.ndarray, axis: torch.Tensor) -> np.ndarray:
        given = axis.reshape(-1).tolist()
        if any(not -inputs.ndim <= other < inputs.ndim for other in given):
            raise errors.OutOfRangeError(
                None, None, f"Invalid reduction dimension in {given} for input with {inputs.ndim} dimension(s)."
            )
        axes = _checked_axes(given, inputs.ndim)
        if not axes:
            return inputs
        rest = [other for other in range(inputs.ndim) if other not in axes]
        # The strings along the first of the axes stand next to each other.
        rows = inputs.transpose(*rest, *reversed(axes))
        sizes = rows.shape[: len(rest)]
        rows = rows.reshape(*sizes, int(np.prod(rows.shape[len(rest) :], dtype=np.int64)))
        result = np.empty(sizes, dtype=object)
        for index in np.ndindex(sizes):
            result[index] = separator.join(rows[index])
        kept = [1 if other in axes else size for other, size in enumerate(inputs.shape)]
        return result.reshape(kept) if keep else result

    return compute


register_op(
    "ReduceJoin",
    inputs="inputs: string; reduction_indices: int32",
    outputs="output: string",
    attrs="keep_dims: bool = false; separator: string = ''",
    shape=_reduce_join_shape,
    kernel=_reduce_join_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


def substr(input: Any, pos: Any, len: Any, name: str | None = None, unit: str = "BYTE") -> Tensor:
    """Parts of strings (API: tf.substr, tf.strings.substr).

    Args:
        input: strings.
        pos, len: integers, where the part begins (negative: counted from the end) and how long it is at most; of one
            shape, broadcast with the strings.
        unit: what they count, "BYTE" or "UTF8_CHAR".

    Raises:
        ValueError: pos and len of different shapes.
        InvalidArgumentError: (when run) a place outside of its string.
    """
    return apply_op("Substr", input=input, pos=pos, len=len, unit=unit, name=name)


def _substr_shape(ctx: InferenceContext) -> list[TensorShape]:
    if not ctx.input(1).is_compatible_with(ctx.input(2)):
        raise ValueError(f"pos and len must have the same shape, but have {ctx.input(1)} and {ctx.input(2)}.")
    return [rules.broadcast_shapes(ctx.input(0), ctx.input(1).merge_with(ctx.input(2)))]


def _substr_kernel(op: Operation) -> Callable[..., np.ndarray]:
    in_characters = text_of(op.attrs["unit"]) == "UTF8_CHAR"

    def part(item: bytes, pos: int, length: int) -> bytes:
        units: Any = item.decode("utf-8", "surrogateescape") if in_characters else item
        count = len(units)
        if not -count <= pos <= count:
            raise ValueError(f"pos {pos} out of range for string {item!r}")
        start = pos + count if pos < 0 else pos
        taken = units[start:] if length < 0 else units[start : start + length]
        return taken.encode("utf-8", "surrogateescape") if in_characters else taken

    def compute(input: np.ndarray, pos: torch.Tensor, length: torch.Tensor) -> np.ndarray:
        if pos.shape != length.shape:
            raise ValueError(f"pos and len must have the same shape, have {list(pos.shape)} and {list(length.shape)}.")
        return each(part, input, pos.numpy(), length.numpy())

    return compute


register_op(
    "Substr",
    inputs="input: string; pos: T; len: T",
    outputs="output: string",
    attrs=f"T: type in {{{INDEX}}}; unit: string = 'BYTE' in {{'BYTE', 'UTF8_CHAR'}}",
    shape=_substr_shape,
    kernel=_substr_kernel,
    gradient=NO_GRADIENT,
)


def string_length(input: Any, name: str | None = None, unit: str = "BYTE") -> Tensor:
    """How long each string is, int32 (API: tf.strings.length).

    Args:
        unit: what is counted, "BYTE" or "UTF8_CHAR".
    """
    return apply_op("StringLength", input=input, unit=unit, name=name)


def _length_kernel(op: Operation) -> Callable[[np.ndarray], torch.Tensor]:
    in_characters = text_of(op.attrs["unit"]) == "UTF8_CHAR"

    def length(item: bytes) -> int:
        # All bytes but those that go on with a character.
        return sum(byte & 0xC0 != 0x80 for byte in item) if in_characters else len(item)

    return lambda input: torch.from_numpy(each(length, input, dtype=np.int32))


register_op(
    "StringLength",
    inputs="input: string",
    outputs="output: int32",
    attrs="unit: string = 'BYTE' in {'BYTE', 'UTF8_CHAR'}",
    shape=rules.unchanged,
    kernel=_length_kernel,
    gradient=NO_GRADIENT,
)


def string_lower(input: Any, encoding: str = "", name: str | None = None) -> Tensor:
    """Strings in small letters (API: tf.strings.lower).

    Args:
        encoding: "" changes A to Z only, "utf-8" the letters of all scripts.
    """
    return apply_op("StringLower", input=input, encoding=encoding, name=name)


def string_upper(input: Any, encoding: str = "", name: str | None = None) -> Tensor:
    """Strings in capital letters (API: tf.strings.upper), see `string_lower`."""
    return apply_op("StringUpper", input=input, encoding=encoding, name=name)


def string_strip(input: Any, name: str | None = None) -> Tensor:
    """Strings without spaces, tabs and line ends around them (API: tf.string_strip, tf.strings.strip).

    Args:
        input: strings of any shape.

    Returns:
        Strings of the shape of `input`.
    """
    return apply_op("StringStrip", input=input, name=name)


def _case_shape(ctx: InferenceContext) -> list[TensorShape]:
    encoding = text_of(ctx.attr("encoding"))
    if encoding not in ("", "utf-8"):
        raise ValueError(f"only utf-8 or '' (no encoding) is supported, received {encoding}")
    return rules.unchanged(ctx)


def _case_kernel(method: str) -> Callable[[Operation], Callable[[np.ndarray], np.ndarray]]:
    def kernel(op: Operation) -> Callable[[np.ndarray], np.ndarray]:
        encoding = text_of(op.attrs["encoding"])

        def change(item: bytes) -> bytes:
            if not encoding:
                return getattr(item, method)()
            return getattr(item.decode("utf-8", "replace"), method)().encode("utf-8")

        return lambda input: each(change, input)

    return kernel


for _name, _method in (("StringLower", "lower"), ("StringUpper", "upper")):
    register_op(
        _name,
        inputs="input: string",
        outputs="output: string",
        attrs="encoding: string = ''",
        shape=_case_shape,
        kernel=_case_kernel(_method),
        gradient=NO_GRADIENT,
    )
register_op(
    "StringStrip",
    inputs="input: string",
    outputs="output: string",
    shape=rules.unchanged,
    kernel=lambda op: lambda input: each(bytes.strip, input),
    gradient=NO_GRADIENT,
)
