"""Slices with steps, as Python's `x[1:, ::2, 0]` takes them (API: tf.strided_slice, Tensor.__getitem__)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.core import dtypes
from convflow.core.shape import Dimension, TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import is_tensor, name_scope
from convflow.graph.static_value import constant_value
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import constant, ones_like
from convflow.ops.array.gather import gather
from convflow.ops.array.reshape import reshape, squeeze
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.slice_spec import Masks, Selection, select
from convflow.ops.array.stack import stack
from convflow.ops.math.cast import cast
from convflow.ops.math.reduce import reduce_prod
from convflow.ops.math.select import where
from convflow.ops.state import is_resource

# Where it stands in an index, the result has a new axis of size 1 (API: tf.newaxis).
newaxis = None


def getitem(tensor: Any, key: Any, var: Any = None) -> Tensor:
    """`tensor[key]` (API: Tensor.__getitem__).

    Args:
        key: integers, slices, scalar integer tensors, `...` and None (a new axis), or a tuple of them; or a bool
            tensor, see `boolean_mask`.
        var: see `strided_slice`.

    Raises:
        TypeError: any other key.
        ValueError: an index that is out of the static shape's bounds.
    """
    if _is_mask(key):
        return boolean_mask(tensor=tensor, mask=key)
    entries = key if isinstance(key, (list, tuple)) else [key]
    begin: list[Any] = []
    end: list[Any] = []
    strides: list[Any] = []
    masks = dict.fromkeys(("begin", "end", "ellipsis", "new_axis", "shrink_axis"), 0)
    for index, entry in enumerate(entries):
        first, last, step, which = _entry(entry)
        begin.append(first)
        end.append(last)
        strides.append(step)
        for mask in which:
            masks[mask] |= 1 << index
    with name_scope(None, "strided_slice", [tensor, *begin, *end, *strides]) as scope:
        first, last, step = _packed(begin, end, strides)
        return strided_slice(tensor, first, last, step, var=var, name=scope, **Masks(**masks).attrs())


def _is_mask(key: Any) -> bool:
    if isinstance(key, np.ndarray):
        return key.dtype == np.bool_
    return isinstance(key, bool) or (isinstance(key, Tensor) and key.dtype.is_bool)


def boolean_mask(tensor: Any, mask: Any, name: str = "boolean_mask", axis: Any = None) -> Tensor:
    """The slices of `tensor` where `mask` is true (API: tf.boolean_mask).

    Args:
        mask: bool, of known rank above 0; its shape is that of tensor's axes from `axis` (0 by default) on, which
            become one axis.

    Raises:
        ValueError: a scalar mask, one of unknown rank, or one whose shape is not tensor's.
    """
    with name_scope(name, values=[tensor, mask]):
        tensor, mask = convert_to_tensor(tensor, name="tensor"), convert_to_tensor(mask, name="mask")
        ndims, axis = mask.shape.rank, 0 if axis is None else axis
        if ndims is None:
            raise ValueError(
                "Number of mask dimensions must be specified, even if some dimensions are None. E.g. shape=[None] is "
                "ok, but shape=None is not."
            )
        if ndims == 0:
            raise ValueError("mask cannot be scalar.")
        known_axis = constant_value(axis) if isinstance(axis, Tensor) else axis
        if known_axis is not None:
            axis = int(known_axis)
            tensor.shape[axis : axis + ndims].assert_is_compatible_with(mask.shape)
        count = reduce_prod(getitem(shape_of(tensor), slice(axis, axis + ndims)), [0])
        before = getitem(shape_of(tensor), slice(None, axis))
        after = getitem(shape_of(tensor), slice(axis + ndims, None))
        flat = reshape(tensor, concat([before, [count], after], 0))
        if known_axis is not None:
            merged = TensorShape([tensor.shape[axis : axis + ndims].num_elements()])
            flat.set_shape(tensor.shape[:axis].concatenate(merged).concatenate(tensor.shape[axis + ndims :]))
        chosen = squeeze(where(reshape(mask, [-1])), axis=[1])
        return gather(flat, chosen, axis=axis)


def _entry(entry: Any) -> tuple[Any, Any, Any, list[str]]:
    """Begin, end, stride and the masks to set for one entry of a key."""
    if isinstance(entry, slice):
        no_begin = entry.start is None or entry.start is sys.maxsize
        no_end = entry.stop is None or (isinstance(entry.stop, int) and entry.stop == sys.maxsize)
        for bound in (entry.start, entry.stop, entry.step):
            if bound is not None:
                _check_index(bound)
        kind = _tensor_type(entry)
        return (
            _number(0, kind) if no_begin else entry.start,
            _number(0, kind) if no_end else entry.stop,
            _number(1, kind) if entry.step is None else entry.step,
            ["begin"] * no_begin + ["end"] * no_end,
        )
    if entry is Ellipsis:
        return 0, 0, 1, ["ellipsis"]
    if entry is None:
        return 0, 0, 1, ["new_axis"]
    _check_index(entry)
    kind = entry.dtype.base_dtype if is_tensor(entry) else None
    return entry, entry + 1, _number(1, kind if kind is not dtypes.int32 else None), ["shrink_axis"]


def _tensor_type(entry: slice) -> Any:
    """The widest type of the tensors in a slice; None where there are none."""
    bounds = (entry.start, entry.stop, entry.step)
    kinds = {bound.dtype.base_dtype for bound in bounds if is_tensor(bound)}
    return next((kind for kind in (dtypes.int64, dtypes.int32, dtypes.int16) if kind in kinds), None)


def _number(value: int, kind: Any) -> Any:
    # Beside a tensor TensorFlow makes a node of a number that is left out.
    return value if kind is None else constant(value, dtype=kind)


def _check_index(index: Any) -> None:
    if is_tensor(index):
        allowed = index.dtype.is_integer and index.shape.rank in (None, 0)
    elif isinstance(index, np.ndarray):
        allowed = index.dtype.kind in "iu" and index.ndim == 0
    else:
        allowed = isinstance(index, (int, np.integer, Dimension)) and not isinstance(index, (bool, np.bool_))
    if not allowed:
        raise TypeError(
            "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar tf.int32/tf.int64 tensors "
            f"are valid indices, got {index!r}"
        )


def _packed(begin: list[Any], end: list[Any], strides: list[Any]) -> list[Tensor]:
    if not begin:
        return [constant([], dtype=dtypes.int32)] * 3
    packed = [stack(_plain(entries)) for entries in (begin, end, strides)]
    if any(entries.dtype.base_dtype is dtypes.int64 for entries in packed):
        return [cast(entries, dtypes.int64) for entries in packed]
    return packed


def _plain(entries: list[Any]) -> list[Any]:
    # NumPy's integers would make an int64 constant where Python's make int32.
    return [int(entry) if isinstance(entry, (np.integer, np.ndarray, Dimension)) else entry for entry in entries]


def strided_slice(
    input_: Any,
    begin: Any,
    end: Any,
    strides: Any = None,
    begin_mask: int = 0,
    end_mask: int = 0,
    ellipsis_mask: int = 0,
    new_axis_mask: int = 0,
    shrink_axis_mask: int = 0,
    var: Any = None,
    name: str | None = None,
) -> Tensor:
    """`input_[begin[0]:end[0]:strides[0], ...]` (API: tf.strided_slice).

    Args:
        begin, end, strides: integer vectors of one length, an entry per axis; strides of 1 by default.
        begin_mask, end_mask: where bit i is set, begin[i] or end[i] is ignored: as far as possible.
        ellipsis_mask: bit i: entry i stands for as many whole axes as are left.
        new_axis_mask: bit i: entry i is a new axis of size 1.
        shrink_axis_mask: bit i: begin[i] is an index, and the axis disappears.

        var: the variable that `input_` is read from: then the result has `assign(value)`, which writes the slice.

    Raises:
        ValueError: a stride of 0, an index out of bounds, more entries than axes.
    """
    if strides is None:
        strides = ones_like(begin)
    masks = Masks(begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask)
    result = apply_op("StridedSlice", input=input_, begin=begin, end=end, strides=strides, name=name, **masks.attrs())
    if var is not None:
        place = {"begin": begin, "end": end, "strides": strides, **masks.attrs()}
        result.assign = _assignment(var, f"{name or 'strided_slice'}_assign", place)
    return result


def _assignment(var: Any, default_name: str, place: dict[str, Any]) -> Callable[..., Tensor]:
    def assign(value: Any, name: str | None = None) -> Tensor:
        """Write `value` into the slice; returns the variable's reference, or a variable to read it."""
        if is_resource(var):
            value = convert_to_tensor(value, dtype=var.dtype)
            return var._lazy_read(
                apply_op("ResourceStridedSliceAssign", ref=var.handle, value=value, name=name or default_name, **place)
            )
        ref = convert_to_tensor(var, as_ref=True)
        return apply_op("StridedSliceAssign", ref=ref, value=value, name=name or default_name, **place)

    return assign


def _strided_slice_shape(ctx: Any) -> list[TensorShape]:
    shape = ctx.input(0)
    begin, end, strides = (ctx.constant(index) for index in (1, 2, 3))
    for index, what in ((1, "begin"), (2, "end"), (3, "strides")):
        if ctx.input(index).rank not in (None, 1):
            raise ValueError(f"Shape of {what} must be rank 1 but is rank {ctx.input(index).rank}.")
    lengths = [ctx.input(index)[0].value if ctx.input(index).rank == 1 else None for index in (1, 2, 3)]
    if len(set(lengths) - {None}) > 1:
        raise ValueError(
            f"begin, end and strides must have the same length, but have {', '.join(map(str, lengths))} entries."
        )
    if shape.rank is None or strides is None:
        return [unknown_shape()]
    return [TensorShape(select(shape.as_list(), begin, end, strides, Masks.of(ctx.attr)).final)]


def _selection(op: Operation, shape: Any, begin: Any, end: Any, strides: Any) -> Selection:
    entries = [value.tolist() for value in (begin, end, strides)]
    if len({len(entry) for entry in entries}) != 1:
        raise ValueError(f"Expected begin, end and strides of one length, got {entries}.")
    first, last, step = entries
    return select(shape, first, last, step, Masks.of(op.attrs.__getitem__))


def _forward_slices(selection: Selection) -> tuple[tuple[slice, ...], list[int]]:
    """Slices with positive steps, which is all PyTorch takes, and the axes to turn round after."""
    slices, turned = [], []
    for axis, (first, count, stride) in enumerate(selection.ranges):
        assert count is not None  # noqa: S101 - real arrays have known sizes
        if stride < 0:
            turned.append(axis)
            first, stride = first + (count - 1) * stride, -stride
        slices.append(slice(first, first + (count - 1) * stride + 1, stride) if count else slice(0, 0))
    return tuple(slices), turned


def _strided_slice_kernel(op: Operation) -> Callable[..., Any]:
    def compute(input: Any, begin: torch.Tensor, end: torch.Tensor, strides: torch.Tensor) -> Any:
        selection = _selection(op, input.shape, begin, end, strides)
        slices, turned = _forward_slices(selection)
        if isinstance(input, np.ndarray):
            return np.flip(input[slices], tuple(turned)).reshape(selection.final)
        part = input[slices]
        return (part.flip(turned) if turned else part).reshape(selection.final).contiguous()

    return compute


def _strided_slice_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    tensor, begin, end, strides = op.inputs
    # What is known is written down again, as TensorFlow does.
    place: list[Any] = [shape_of(tensor, out_type=begin.dtype.base_dtype), begin, end, strides]
    place = [part if (known := constant_value(part)) is None else known for part in place]
    grad_tensor = apply_op(
        "StridedSliceGrad",
        shape=place[0],
        begin=place[1],
        end=place[2],
        strides=place[3],
        dy=grad,
        **Masks.of(op.attrs.__getitem__).attrs(),
    )
    return [grad_tensor, None, None, None]


_MASKS = (
    "begin_mask: int = 0; end_mask: int = 0; ellipsis_mask: int = 0; new_axis_mask: int = 0; shrink_axis_mask: int = 0"
)
register_op(
    "StridedSlice",
    inputs="input: T; begin: Index; end: Index; strides: Index",
    outputs="output: T",
    attrs=f"T: type; Index: type in {{int16, int32, int64}}; {_MASKS}",
    shape=_strided_slice_shape,
    kernel=_strided_slice_kernel,
    gradient=_strided_slice_gradient,
)


def _strided_slice_grad_kernel(op: Operation) -> Callable[..., Any]:
    def compute(shape: Any, begin: Any, end: Any, strides: Any, dy: torch.Tensor) -> torch.Tensor:
        sizes = shape.tolist()
        selection = _selection(op, sizes, begin, end, strides)
        if list(dy.shape) != selection.final:
            raise ValueError(f"shape of dy was {list(dy.shape)} instead of {selection.final}")
        slices, turned = _forward_slices(selection)
        part = dy.reshape([count or 0 for count in selection.processed])
        result = dy.new_zeros(sizes)
        result[slices] = part.flip(turned) if turned else part
        return result

    return compute


def _strided_slice_grad_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    _, begin, end, strides, _ = op.inputs
    masks = Masks.of(op.attrs.__getitem__).attrs()
    return [None, None, None, None, strided_slice(grad, begin, end, strides, **masks)]


register_op(
    "StridedSliceGrad",
    inputs="shape: Index; begin: Index; end: Index; strides: Index; dy: T",
    outputs="output: T",
    attrs=f"T: type; Index: type in {{int32, int64}}; {_MASKS}",
    shape=lambda ctx: [ctx.constant_shape(0)],
    kernel=_strided_slice_grad_kernel,
    gradient=_strided_slice_grad_gradient,
)


def _assigned_shape(ctx: Any) -> list[TensorShape]:
    shape, value = ctx.variable_shape(0), ctx.input(4)
    begin, end, strides = (ctx.constant(index) for index in (1, 2, 3))
    if shape.rank is not None and begin is not None and end is not None and strides is not None:
        wanted = TensorShape(select(shape.as_list(), begin, end, strides, Masks.of(ctx.attr)).final)
        if not value.is_compatible_with(wanted):
            raise ValueError(f"The value has shape {value}, the slice of the variable {shape} has {wanted}.")
    return [shape]


def _assign_kernel(op: Operation) -> Callable[..., Any]:
    def compute(slot: Any, begin: Any, end: Any, strides: Any, value: Any) -> Any:
        current = slot.read()
        selection = _selection(op, current.shape, begin, end, strides)
        if list(value.shape) != selection.final:
            raise ValueError(f"The value has shape {list(value.shape)}, the slice {selection.final}.")
        slices, turned = _forward_slices(selection)
        part = value.reshape([count or 0 for count in selection.processed])
        if isinstance(current, np.ndarray):
            current[slices] = np.flip(part, tuple(turned))
        else:
            current[slices] = part.flip(turned) if turned else part
        return slot

    return compute


register_op(
    "StridedSliceAssign",
    inputs="ref: Ref(T); begin: Index; end: Index; strides: Index; value: T",
    outputs="output_ref: Ref(T)",
    attrs=f"T: type; Index: type in {{int32, int64}}; {_MASKS}",
    shape=_assigned_shape,
    kernel=_assign_kernel,
    gradient=NO_GRADIENT,
)
register_op(
    "ResourceStridedSliceAssign",
    inputs="ref: resource; begin: Index; end: Index; strides: Index; value: T",
    attrs=f"T: type; Index: type in {{int32, int64}}; {_MASKS}",
    shape=lambda ctx: _assigned_shape(ctx) and [],
    kernel=lambda op, store: _assign_kernel(op),
    gradient=NO_GRADIENT,
    stateful=True,
)
