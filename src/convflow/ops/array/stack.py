"""Joining along a new axis and back (API: tf.stack, tf.unstack), and lists that hold tensors as tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from convflow.core.dtypes import DType
from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor, register_tensor_conversion_function
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import is_tensor, name_scope
from convflow.ops.array.constant import constant
from convflow.ops.math.cast import cast


def stack(values: Any, axis: int = 0, name: str = "stack") -> Tensor:
    """Tensors of one shape joined along a new axis (API: tf.stack).

    Args:
        values: a list of tensors of one type and shape, or a tensor, which is returned as it is.
        axis: where the new axis goes; negative ones are counted from the end of the result.

    Raises:
        ValueError: shapes that differ, an axis outside of the result's rank.
    """
    if axis == 0:
        try:
            # A list of plain numbers is one constant.
            packed = convert_to_tensor(values, name=name)
        except (TypeError, ValueError, NotImplementedError):
            pass
        else:
            return packed
    rank = convert_to_tensor(values[0], name=name).shape.rank
    if rank is not None and not -rank - 1 <= axis <= rank:
        raise ValueError(f"Argument `axis` = {axis} not in range [{-rank - 1}, {rank + 1})")
    return apply_op("Pack", values=values, axis=axis, name=name)


def _insertion(axis: int, rank: int) -> int:
    if not -rank - 1 <= axis <= rank:
        raise ValueError(f"Argument `axis` = {axis} not in range [{-rank - 1}, {rank + 1})")
    return axis % (rank + 1)


def _pack_shape(ctx: Any) -> list[TensorShape]:
    shape = ctx.input(0)
    for index in range(1, ctx.num_inputs):
        try:
            shape = shape.merge_with(ctx.input(index))
        except ValueError:
            raise ValueError(
                f"Shapes must be equal to be stacked, but input 0 is {ctx.input(0)} and input {index} is "
                f"{ctx.input(index)}."
            ) from None
    if shape.rank is None:
        return [shape]
    at = _insertion(ctx.attr("axis"), shape.rank)
    return [shape[:at].concatenate(TensorShape([ctx.num_inputs])).concatenate(shape[at:])]


def _pack_kernel(op: Operation) -> Callable[..., Any]:
    axis = op.attrs["axis"]

    def pack(*values: Any) -> Any:
        return torch.stack(values, axis) if isinstance(values[0], torch.Tensor) else np.stack(values, axis)

    return pack


def _pack_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return list(apply_op("Unpack", value=grad, num=op.attrs["N"], axis=op.attrs["axis"], name="unstack"))


register_op(
    "Pack",
    inputs="values: N * T",
    outputs="output: T",
    attrs="N: int >= 1; T: type; axis: int = 0",
    shape=_pack_shape,
    kernel=_pack_kernel,
    gradient=_pack_gradient,
)


def unstack(value: Any, num: int | None = None, axis: int = 0, name: str = "unstack") -> list[Tensor]:
    """The parts of a tensor along an axis, each without it (API: tf.unstack).

    Args:
        num: the axis' size; needed only where the static shape does not say it.

    Raises:
        ValueError: the size is neither known nor given, or the axis is outside of the rank.
    """
    if num is None:
        value = convert_to_tensor(value)
        shape = value.shape
        if shape.rank is not None:
            if not -shape.rank <= axis < shape.rank:
                raise ValueError(f"Argument `axis` = {axis} not in range [{-shape.rank}, {shape.rank})")
            num = shape[axis].value
        if num is None:
            raise ValueError(f"Cannot infer argument `num` from shape {shape}: pass num=.")
    return apply_op("Unpack", value=value, num=num, axis=axis, name=name)


def _unpack_shape(ctx: Any) -> list[TensorShape]:
    shape, axis, num = ctx.input(0), ctx.attr("axis"), ctx.attr("num")
    if shape.rank is None:
        return [unknown_shape()] * num
    if not -shape.rank <= axis < shape.rank:
        raise ValueError(f"Argument `axis` = {axis} not in range [{-shape.rank}, {shape.rank}) of {shape}.")
    axis %= shape.rank
    if not shape[axis].is_compatible_with(num):
        raise ValueError(f"Dimension must be {num} but is {shape[axis]}: axis {axis} of {shape} is unstacked.")
    return [shape[:axis].concatenate(shape[axis + 1 :])] * num


def _unpack_kernel(op: Operation) -> Callable[[Any], Any]:
    axis, num = op.attrs["axis"], op.attrs["num"]

    def unpack(value: Any) -> Any:
        if not -value.ndim <= axis < value.ndim or value.shape[axis] != num:
            raise ValueError(f"Expected size {num} of axis {axis}, got shape {list(value.shape)}.")
        if isinstance(value, np.ndarray):
            return tuple(np.asarray(part, dtype=object) for part in np.moveaxis(value, axis, 0))
        return tuple(part.contiguous() for part in value.unbind(axis))

    return unpack


def _unpack_gradient(op: Operation, *grads: Tensor) -> list[Tensor | None]:
    return [apply_op("Pack", values=list(grads), axis=op.attrs["axis"], name="stack")]


register_op(
    "Unpack",
    inputs="value: T",
    outputs="output: num * T",
    attrs="num: int >= 0; T: type; axis: int = 0",
    shape=_unpack_shape,
    kernel=_unpack_kernel,
    gradient=_unpack_gradient,
)


# Lists that hold tensors become Pack nodes wherever a tensor is wanted: `tf.reshape(x, [tf.shape(y)[0], -1])`.


def _packed_conversion(value: Any, dtype: DType | None, name: str | None, as_ref: bool) -> Any:
    found = next(_tensors_in(value), None)
    if as_ref or found is None:
        return NotImplemented
    kind = found.dtype.base_dtype
    if dtype is not None and dtype.base_dtype is not kind:
        kind = dtype.base_dtype
        value = _cast_tensors(value, kind)
    return _pack_list(value, kind, name or "packed")


def _tensors_in(value: Any) -> Iterator[Any]:
    for item in value:
        if isinstance(item, (list, tuple)):
            yield from _tensors_in(item)
        elif is_tensor(item):
            yield item


def _cast_tensors(value: Any, dtype: DType) -> Any:
    if isinstance(value, (list, tuple)):
        return [_cast_tensors(item, dtype) for item in value]
    return cast(value, dtype) if is_tensor(value) else value


def _pack_list(items: Any, dtype: DType, name: str) -> Any:
    """A Pack of the items, or the plain list where no tensor is among them."""
    with name_scope(name) as scope:
        parts = [
            _pack_list(item, dtype, str(index)) if isinstance(item, (list, tuple)) else item
            for index, item in enumerate(items)
        ]
        if not any(is_tensor(part) for part in parts):
            return parts
        for index, part in enumerate(parts):
            if not is_tensor(part):
                parts[index] = constant(part, dtype=dtype, name=str(index))
            elif part.dtype.base_dtype is not dtype:
                raise TypeError(
                    f"Cannot convert a list containing a tensor of dtype {part.dtype.base_dtype!r} to {dtype!r} "
                    f"(Tensor is: {part!r})"
                )
        return apply_op("Pack", values=parts, name=scope)


register_tensor_conversion_function((list, tuple), _packed_conversion, 99)
