"""Constants and what is made without inputs (API: tf.constant, tf.fill, tf.zeros, tf.ones, tf.zeros_like)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.core import dtypes, values
from convflow.core.dtypes import DType
from convflow.core.shape import Dimension, TensorShape, as_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor, register_tensor_conversion_function
from convflow.graph.opdef import NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import get_default_graph, name_scope
from convflow.ops import rules
from convflow.ops.types import INDEX

_PYTHON_DEFAULTS = {np.dtype(np.float64): np.float32, np.dtype(np.int64): np.int32}
# Up to this many elements `zeros` and `ones` are a constant, above a Fill: as TensorFlow draws the line.
_LARGEST_CONSTANT = 1000


def constant(
    value: Any, dtype: Any = None, shape: Any = None, name: str = "Const", verify_shape: bool = False
) -> Tensor:
    """A tensor whose value is known now (API: tf.constant).

    Args:
        value: a number, string, array, or nested list.
        dtype: element type; float32 and int32 for Python's own numbers, the array's type for arrays.
        shape: the result's shape; the last element is repeated to fill it.
        verify_shape: refuse a value of another shape instead of filling.

    Raises:
        TypeError: the value is not of `dtype`, or verify_shape found another shape.
        ValueError: more elements than `shape` holds.
    """
    wanted = None if dtype is None else dtypes.as_dtype(dtype)
    array = as_array(value, wanted)
    if shape is not None:
        array = _filled(array, as_shape(shape), verify_shape)
    return _constant_node(array, wanted, name)


def _constant_node(array: np.ndarray, dtype: DType | None, name: str | None) -> Tensor:
    # NumPy has no quantized types: only the caller knows them.
    attrs = {"value": array, "dtype": dtype.base_dtype if dtype is not None else dtypes.as_dtype(array.dtype)}
    name = "Const" if name is None else name
    return get_default_graph().create_op("Const", (), name=name, attrs=attrs).outputs[0]


def as_array(value: Any, dtype: DType | None) -> np.ndarray:
    """A fresh array of `value`; Python numbers become float32 or int32 where no type is asked for."""
    if isinstance(value, (np.ndarray, np.generic)):
        array = np.array(value)
        if dtype is None:
            dtype = dtypes.as_dtype(array.dtype)
    else:
        array = _array_of_python(value, dtype)
    return _as_type(array, dtype, value)


def _array_of_python(value: Any, dtype: DType | None) -> np.ndarray:
    if value is None:
        raise ValueError("None values not supported.")
    value = _plain_dimensions(value)
    array = _dense(value)
    if array.dtype.kind in "OSU":
        return _array_of_strings(value)
    if array.size == 0 and dtype is None:
        return array.astype(np.float32)
    # A float too large for float32 becomes infinite, as in TensorFlow; no cause for a warning.
    with np.errstate(over="ignore"):
        return array.astype(_PYTHON_DEFAULTS[array.dtype]) if _fits_default(array, dtype) else array


def _dense(value: Any) -> np.ndarray:
    try:
        return np.array(value)
    except ValueError:
        raise ValueError(
            f"Cannot make a constant of {value!r}: its rows have different lengths. Pad them to one length."
        ) from None
    except NotImplementedError:
        raise TypeError(
            f"Cannot make a constant of {value!r}: expected values that are known now, got a tensor. "
            "Use the tensor itself, or tf.stack for a list that holds tensors."
        ) from None


def _array_of_strings(value: Any) -> np.ndarray:
    # As objects: NumPy's own strings lose their trailing zero bytes, and take numbers for strings.
    array = np.array(value, dtype=object)
    for item in array.flat:
        if not isinstance(item, (str, bytes)):
            raise TypeError(
                f"Cannot make a constant of {value!r}: it holds a value of type {type(item).__name__}"
                f"{' beside strings' if _holds_any_string(array) else ''}. Numbers, bools and strings can be "
                "constants, each kind by itself."
            )
    return array


def _holds_any_string(array: np.ndarray) -> bool:
    return any(isinstance(item, (str, bytes)) for item in array.flat)


def _fits_default(array: np.ndarray, dtype: DType | None) -> bool:
    if dtype is not None or array.dtype not in _PYTHON_DEFAULTS:
        return False
    # What is too large for int32 stays int64.
    return array.dtype.kind != "i" or not array.size or (array.max() < 2**31 and array.min() >= -(2**31))


def _plain_dimensions(value: Any) -> Any:
    if isinstance(value, Dimension):
        return value.value
    if isinstance(value, (list, tuple)):
        return [_plain_dimensions(item) for item in value]
    return value


def _as_type(array: np.ndarray, dtype: DType | None, value: Any) -> np.ndarray:
    if dtype is None:
        dtype = dtypes.as_dtype(array.dtype)
    from_numpy = isinstance(value, (np.ndarray, np.generic))
    if not _may_become(array, dtype, from_numpy):
        raise TypeError(f"Expected {dtype.name}, got {value!r} of type '{type(value).__name__}' instead.")
    if dtype is dtypes.string:
        return values.as_bytes_array(array)
    # Values beyond the type's range wrap or become infinite, as in TensorFlow.
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(array, dtype=dtype.as_numpy_dtype)


def _may_become(array: np.ndarray, dtype: DType, from_numpy: bool) -> bool:
    """Python values only change type where nothing is lost; arrays take any number type."""
    kind = array.dtype.kind
    if kind in "OSU" or dtype is dtypes.string:
        return (kind in "OSU" and dtype is dtypes.string) or array.size == 0
    if from_numpy or array.size == 0:
        return True
    if dtype.is_bool or dtype.is_quantized:
        return dtype.is_bool and kind == "b"
    if dtype.is_complex:
        return True
    return kind in "biu" or (dtype.is_floating and kind in "fV")


def _filled(array: np.ndarray, shape: TensorShape, verify_shape: bool) -> np.ndarray:
    sizes = [int(size) for size in shape]
    if verify_shape and list(array.shape) != sizes:
        raise TypeError(f"Expected Tensor's shape: {tuple(sizes)}, got {array.shape}.")
    if array.ndim == 0:
        return np.broadcast_to(array, sizes)
    count = int(np.prod(sizes, dtype=np.int64))
    flat = array.reshape(-1)
    if flat.size > count:
        raise ValueError(
            f"Too many elements provided. Needed at most {count}, but received {flat.size}: {array.shape} does not "
            f"fit the shape {shape}."
        )
    if flat.size < count:
        # What nothing says is zero.
        last = flat[-1] if flat.size else np.zeros((), flat.dtype)
        flat = np.concatenate([flat, np.full(count - flat.size, last, dtype=flat.dtype)])
    return flat.reshape(sizes)


def _const_shape(ctx: Any) -> list[TensorShape]:
    return [TensorShape(ctx.attr("value").shape)]


def _const_kernel(op: Operation) -> Callable[[], Any]:
    value = values.from_numpy(op.attrs["value"])
    return lambda: value


register_op(
    "Const",
    outputs="output: dtype",
    attrs="value: tensor; dtype: type",
    shape=_const_shape,
    kernel=_const_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


def _constant_conversion(value: Any, dtype: DType | None, name: str | None, as_ref: bool) -> Any:
    return _constant_node(as_array(value, dtype), dtype, name)


def _holds_tensors(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(_holds_tensors(item) for item in value)
    return isinstance(value, Tensor) or hasattr(value, "_as_graph_element")


def _sequence_conversion(value: Any, dtype: DType | None, name: str | None, as_ref: bool) -> Any:
    return NotImplemented if _holds_tensors(value) else _constant_conversion(value, dtype, name, as_ref)


def _shape_conversion(value: TensorShape, dtype: DType | None, name: str | None, as_ref: bool) -> Any:
    if not value.is_fully_defined():
        raise ValueError(f"Cannot convert a partially known TensorShape {value} to a Tensor: use tf.shape(x) for it.")
    return _sizes_node([int(size) for size in value], value, dtype, name)


def _dimension_conversion(value: Dimension, dtype: DType | None, name: str | None, as_ref: bool) -> Any:
    if value.value is None:
        raise ValueError("Cannot convert an unknown Dimension to a Tensor: use tf.shape(x)[i] for it.")
    return _sizes_node(value.value, value, dtype, name)


def _sizes_node(sizes: Any, source: Any, dtype: DType | None, name: str | None) -> Tensor:
    if dtype not in (None, dtypes.int32, dtypes.int64):
        raise TypeError(f"Cannot convert {source!r} to {dtype}. Allowed dtypes are tf.int32 and tf.int64.")
    array = np.array(sizes, dtype=np.int64)
    fits = not array.size or array.max() < 2**31
    if dtype is dtypes.int32 and not fits:
        raise ValueError(f"Cannot convert {source!r} to int32: a size is too large for it. Use tf.int64.")
    dtype = dtype or (dtypes.int32 if fits else dtypes.int64)
    return _constant_node(array.astype(dtype.as_numpy_dtype), dtype, name or "shape_as_tensor")


register_tensor_conversion_function((list, tuple), _sequence_conversion, 100)
register_tensor_conversion_function(TensorShape, _shape_conversion, 100)
register_tensor_conversion_function(Dimension, _dimension_conversion, 100)
register_tensor_conversion_function(object, _constant_conversion, 200)


def fill(dims: Any, value: Any, name: str | None = None) -> Tensor:
    """A tensor of shape `dims` whose elements are all `value`, a scalar (API: tf.fill).

    Args:
        dims: the sizes, an int32 or int64 vector.
        value: a scalar of any type.

    Returns:
        Of shape `dims` and the type of `value`.

    Raises:
        ValueError: `dims` is no vector, or `value` no scalar.
    """
    return apply_op("Fill", dims=dims, value=value, name=name)


def _fill_shape(ctx: Any) -> list[TensorShape]:
    rules.with_rank(ctx.input(0), 1, "dims")
    rules.with_rank(ctx.input(1), 0, "value")
    sizes = ctx.constant(0)
    if sizes is not None and (sizes < 0).any():
        raise ValueError(f"Fill dimensions must be >= 0, got {sizes.tolist()}.")
    return [ctx.constant_shape(0)]


def _fill_compute(dims: torch.Tensor, value: Any) -> Any:
    sizes = dims.tolist()
    if dims.ndim != 1 or value.ndim or any(size < 0 for size in sizes):
        raise ValueError(f"Cannot fill {sizes} with a value of shape {list(value.shape)}.")
    if isinstance(value, torch.Tensor):
        return value.expand(sizes).contiguous()
    return np.full(sizes, value.item(), dtype=object)


def _fill_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    if grad.shape.rank is None:
        axes = apply_op("Range", start=0, limit=apply_op("Rank", input=grad), delta=1, name="range")
    else:
        axes = constant(list(range(grad.shape.rank)), dtype=dtypes.int32)
    return [None, apply_op("Sum", input=grad, reduction_indices=axes)]


register_op(
    "Fill",
    inputs="dims: index_type; value: T",
    outputs="output: T",
    attrs=f"T: type; index_type: type = int32 in {{{INDEX}}}",
    shape=_fill_shape,
    kernel=lambda op: _fill_compute,
    gradient=_fill_gradient,
)


def zeros(shape: Any, dtype: Any = dtypes.float32, name: str | None = None) -> Tensor:
    """A tensor of zeros (False, empty strings) of the given shape (API: tf.zeros).

    Args:
        shape: the sizes: a list, a `TensorShape`, or an int32 or int64 vector.
        dtype: the element type.

    Returns:
        Of type `dtype` and shape `shape`; a constant where the shape is known and small, else a `Fill` node.

    Raises:
        TypeError: a shape without tensors that is not fully known.
    """
    zero = {dtypes.bool: False, dtypes.string: ""}.get(dtypes.as_dtype(dtype).base_dtype, 0)
    return _full(shape, zero, dtype, name, "zeros")


def ones(shape: Any, dtype: Any = dtypes.float32, name: str | None = None) -> Tensor:
    """A tensor of ones (True) of the given shape (API: tf.ones).

    Args:
        shape: the sizes: a list, a `TensorShape`, or an int32 or int64 vector.
        dtype: the element type, a number type or bool.

    Returns:
        Of type `dtype` and shape `shape`; a constant where the shape is known and small, else a `Fill` node.

    Raises:
        TypeError: a shape without tensors that is not fully known.
    """
    one = True if dtypes.as_dtype(dtype).base_dtype is dtypes.bool else 1
    return _full(shape, one, dtype, name, "ones")


def _full(shape: Any, value: Any, dtype: Any, name: str | None, default_name: str) -> Tensor:
    dtype = dtypes.as_dtype(dtype).base_dtype
    with name_scope(name, default_name, [shape]) as scope:
        if not _holds_tensors(shape):
            static = as_shape(shape)
            count = static.num_elements()
            if count is None:
                raise TypeError(f"{default_name}() needs a fully known shape, got {static}; use tf.fill.")
            if count < _LARGEST_CONSTANT and not isinstance(shape, int):
                return constant(value, dtype=dtype, shape=static, name=scope)
            shape = constant([int(size) for size in static], dtype=dtypes.int32, name="shape_as_tensor")
        elif not isinstance(shape, Tensor):
            shape = convert_to_tensor(shape, dtype=dtypes.int32)
        if shape.shape.rank != 1:
            shape = apply_op("Reshape", tensor=shape, shape=[-1])
        return fill(shape, constant(value, dtype=dtype), name=scope)


def zeros_like(tensor: Any, dtype: Any = None, name: str | None = None, optimize: bool = True) -> Tensor:
    """Zeros of the shape (and, unless given, the type) of `tensor` (API: tf.zeros_like).

    Args:
        tensor: a tensor or value of any type and shape.
        dtype: the element type of the result; None for that of `tensor`.
        optimize: take the shape as a constant where it is known; False reads it in the run.

    Returns:
        Of the shape of `tensor`.
    """
    return _like(tensor, dtype, name, optimize, zeros, "ZerosLike", "zeros_like")


def ones_like(tensor: Any, dtype: Any = None, name: str | None = None, optimize: bool = True) -> Tensor:
    """Ones of the shape (and, unless given, the type) of `tensor` (API: tf.ones_like).

    Args:
        tensor: a tensor or value, of any shape.
        dtype: the element type of the result; None for that of `tensor`.
        optimize: take the shape as a constant where it is known; False reads it in the run.

    Returns:
        Of the shape of `tensor`.
    """
    with name_scope(name, "ones_like", [tensor]) as scope:
        tensor = convert_to_tensor(tensor, name="tensor")
        shape = _shape_operand(tensor, optimize)
        result = ones(shape, dtype=dtype or tensor.dtype, name=scope)
        result.set_shape(tensor.shape)
        return result


def _shape_operand(tensor: Tensor, optimize: bool) -> Any:
    if optimize and tensor.shape.is_fully_defined():
        return constant([int(size) for size in tensor.shape], dtype=dtypes.int32, name="Shape/shape_as_tensor")
    return apply_op("Shape", input=tensor)


def _like(
    tensor: Any, dtype: Any, name: str | None, optimize: bool, make: Any, op_type: str, default_name: str
) -> Tensor:
    with name_scope(name, default_name, [tensor]) as scope:
        tensor = convert_to_tensor(tensor, name="tensor")
        static = tensor.shape.is_fully_defined() and optimize and tensor.dtype is not dtypes.variant
        if static:
            return make(tensor.shape, dtype=dtype or tensor.dtype, name=scope)
        if dtype is not None and dtypes.as_dtype(dtype) is not tensor.dtype.base_dtype:
            return make(apply_op("Shape", input=tensor), dtype=dtype, name=scope)
        return apply_op(op_type, x=tensor, name=scope)


def _zeros_like_compute(x: Any) -> Any:
    return torch.zeros_like(x) if isinstance(x, torch.Tensor) else np.full(x.shape, b"", dtype=object)


register_op(
    "ZerosLike",
    inputs="x: T",
    outputs="y: T",
    attrs="T: type",
    shape=rules.unchanged,
    kernel=lambda op: _zeros_like_compute,
    gradient=NOT_DIFFERENTIABLE,
)
register_op(
    "OnesLike",
    inputs="x: T",
    outputs="y: T",
    attrs=(
        "T: type in {bfloat16, half, float, double, int8, uint8, int16, uint16, int32, uint32, int64, uint64, "
        "complex64, complex128, bool}"
    ),
    shape=rules.unchanged,
    kernel=lambda op: torch.ones_like,
    gradient=NOT_DIFFERENTIABLE,
)
