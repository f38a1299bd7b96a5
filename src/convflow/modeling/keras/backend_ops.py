"""Functions of tensors under Keras' names and in its terms (API: tf.keras.backend)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.core.shape import as_shape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.sparse_tensor import SparseTensor
from convflow.modeling.keras import backend
from convflow.modeling.layers import utils
from convflow.modeling.variables.variable import Variable
from convflow.ops import convolution, depthwise, norm, pool_any
from convflow.ops import dropout as dropouts
from convflow.ops import operators as operators  # tensors get their operators
from convflow.ops import random as randoms
from convflow.ops.array import concat as concats
from convflow.ops.array import constant as constants
from convflow.ops.array import gather as gathers
from convflow.ops.array import pad as pads
from convflow.ops.array import reshape as reshapes
from convflow.ops.array import reverse as reverses
from convflow.ops.array import transpose as transposes
from convflow.ops.array.one_hot import one_hot as one_hot_op
from convflow.ops.array.repeat import repeat as repeat_rows
from convflow.ops.array.sequence import range as range_op
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.stack import stack
from convflow.ops.array.tile import tile as tile_op
from convflow.ops.control_flow import smart_cond
from convflow.ops.image.resize_ops import resize_bilinear, resize_nearest_neighbor
from convflow.ops.logging import Print
from convflow.ops.math import argmax as argmaxs
from convflow.ops.math import elementwise
from convflow.ops.math.cast import cast as cast_op
from convflow.ops.math.clip import clip_by_value
from convflow.ops.math.matmul import matmul
from convflow.ops.math.reduce import reduce_all, reduce_any, reduce_mean, reduce_prod
from convflow.ops.math.select import where_v2
from convflow.ops.math.tensordot import tensordot


def eval(x: Any) -> np.ndarray:
    """The value of a variable or tensor as an array (API: tf.keras.backend.eval).

    Args:
        x: a tensor or variable, computed in `get_session()` or at once in eager mode.

    Returns:
        a NumPy array.
    """
    return np.asarray(backend.get_value(x))


def ndim(x: Any) -> int | None:
    """How many axes a tensor has, None where that is unknown (API: tf.keras.backend.ndim).

    Args:
        x: a tensor or variable.

    Returns:
        an int or None.
    """
    return x.shape.rank


def dtype(x: Any) -> str:
    """The name of a tensor's type (API: tf.keras.backend.dtype).

    Args:
        x: a tensor or variable.

    Returns:
        a string, such as "float32".
    """
    return x.dtype.base_dtype.name


def count_params(x: Any) -> int:
    """How many numbers a tensor of known shape holds (API: tf.keras.backend.count_params).

    Args:
        x: a tensor or variable.

    Returns:
        the product of its sizes.
    """
    return int(np.prod(x.shape.as_list()))


def cast(x: Any, dtype: Any) -> Any:
    """In another type (API: tf.keras.backend.cast).

    Args:
        x: a tensor or variable.
        dtype: a type or its name.

    Returns:
        a tensor of that type; `x` itself if it has it.
    """
    return cast_op(x, dtypes.as_dtype(dtype))


def cast_to_floatx(x: Any) -> Any:
    """In Keras' default type (API: tf.keras.backend.cast_to_floatx): an array, or a tensor of a tensor.

    Args:
        x: a tensor, a variable, or anything NumPy makes an array of.

    Returns:
        a tensor or array of `floatx()`.
    """
    if isinstance(x, (Tensor, Variable)):
        return cast(x, backend.floatx())
    return np.asarray(x, dtype=backend.floatx())


def is_keras_tensor(x: Any) -> bool:
    """Whether a layer made a tensor (API: tf.keras.backend.is_keras_tensor).

    Args:
        x: a tensor, sparse tensor or variable.

    Raises:
        ValueError: anything else.
    """
    if not isinstance(x, (Tensor, Variable, SparseTensor)):
        raise ValueError(f"Unexpectedly found an instance of type `{type(x)}`. Expected a symbolic tensor instance.")
    return hasattr(x, "_keras_history")


def is_sparse(tensor: Any) -> bool:
    """Whether it is a sparse tensor (API: tf.keras.backend.is_sparse).

    Args:
        tensor: anything.

    Returns:
        True for a `tf.SparseTensor`.
    """
    return isinstance(tensor, SparseTensor)


# Values that begin variables


def _made(value: Any, dtype: Any, name: str | None) -> Variable:
    return backend.variable(value, dtype, name)


def zeros(shape: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A variable of zeros (API: tf.keras.backend.zeros).

    Args:
        shape: the sizes, all known.
        dtype: the type; `floatx()` by default.
        name: of the variable.

    Returns:
        a variable that `get_session` initializes.
    """
    kind = dtypes.as_dtype(dtype or backend.floatx())
    return _made(np.zeros(tuple(shape), kind.as_numpy_dtype), kind, name)


def ones(shape: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A variable of ones (API: tf.keras.backend.ones).

    Args:
        shape: the sizes, all known.
        dtype: the type; `floatx()` by default.
        name: of the variable.

    Returns:
        a variable that `get_session` initializes.
    """
    kind = dtypes.as_dtype(dtype or backend.floatx())
    return _made(np.ones(tuple(shape), kind.as_numpy_dtype), kind, name)


def eye(size: int, dtype: Any = None, name: str | None = None) -> Any:
    """A variable that is an identity matrix (API: tf.keras.backend.eye).

    Args:
        size: the number of rows and of columns.
        dtype: the type; `floatx()` by default.
        name: of the variable.

    Returns:
        a variable that `get_session` initializes.
    """
    kind = dtypes.as_dtype(dtype or backend.floatx())
    return _made(np.eye(size, dtype=kind.as_numpy_dtype), kind, name)


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str | None = None) -> Any:
    """A constant, in Keras' default type (API: tf.keras.backend.constant).

    Args:
        value: a number or array.
        dtype: the type; `floatx()` by default.
        shape: of the result; the value's by default.
        name: of the node.

    Returns:
        a tensor.
    """
    return constants.constant(value, dtypes.as_dtype(dtype or backend.floatx()), shape, name or "Const")


def random_uniform_variable(
    shape: Any, low: float, high: float, dtype: Any = None, name: str | None = None, seed: int | None = None
) -> Any:
    """A variable of even random numbers (API: tf.keras.backend.random_uniform_variable).

    Args:
        shape: the sizes, all known.
        low: the smallest.
        high: the end, itself left out.
        dtype: the type; `floatx()` by default.
        name: of the variable.
        seed: an int; None draws one from NumPy's global generator.

    Returns:
        a variable that `get_session` initializes.
    """
    kind = dtypes.as_dtype(dtype or backend.floatx())
    return _made(np.random.RandomState(_seed(seed)).uniform(low, high, tuple(shape)), kind, name)


def random_normal_variable(
    shape: Any, mean: float, scale: float, dtype: Any = None, name: str | None = None, seed: int | None = None
) -> Any:
    """A variable of normal random numbers (API: tf.keras.backend.random_normal_variable).

    Args:
        shape: the sizes, all known.
        mean: their mean.
        scale: their standard deviation.
        dtype: the type; `floatx()` by default.
        name: of the variable.
        seed: an int; None draws one from NumPy's global generator.

    Returns:
        a variable that `get_session` initializes.
    """
    kind = dtypes.as_dtype(dtype or backend.floatx())
    return _made(np.random.RandomState(_seed(seed)).normal(mean, scale, tuple(shape)), kind, name)


def _seed(seed: int | None) -> int:
    return int(np.random.randint(10**7)) if seed is None else seed


def random_normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: int | None = None
) -> Tensor:
    """Normal random numbers (API: tf.keras.backend.random_normal).

    Args:
        shape: a list of sizes or an int32 tensor.
        mean: their mean.
        stddev: their standard deviation.
        dtype: the type; `floatx()` by default.
        seed: an int; None draws one from NumPy's global generator.

    Returns:
        a tensor of that shape and type, drawn anew in each run.
    """
    return randoms.random_normal(shape, mean, stddev, dtypes.as_dtype(dtype or backend.floatx()), _seed(seed))


def random_uniform(
    shape: Any, minval: float = 0.0, maxval: float = 1.0, dtype: Any = None, seed: int | None = None
) -> Tensor:
    """Even random numbers (API: tf.keras.backend.random_uniform).

    Args:
        shape: a list of sizes or an int32 tensor.
        minval: the smallest.
        maxval: the end, itself left out.
        dtype: the type; `floatx()` by default.
        seed: an int; None draws one from NumPy's global generator.

    Returns:
        a tensor of that shape and type, drawn anew in each run.
    """
    return randoms.random_uniform(shape, minval, maxval, dtypes.as_dtype(dtype or backend.floatx()), _seed(seed))


def truncated_normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: int | None = None
) -> Tensor:
    """Normal random numbers not beyond two deviations (API: tf.keras.backend.truncated_normal).

    Args:
        shape: a list of sizes or an int32 tensor.
        mean: their mean before the cut.
        stddev: their standard deviation before the cut.
        dtype: the type; `floatx()` by default.
        seed: an int; None draws one from NumPy's global generator.

    Returns:
        a tensor of that shape and type, drawn anew in each run.
    """
    return randoms.truncated_normal(shape, mean, stddev, dtypes.as_dtype(dtype or backend.floatx()), _seed(seed))


def random_binomial(shape: Any, p: float = 0.0, dtype: Any = None, seed: int | None = None) -> Any:
    """Ones with a probability, else zeros (API: tf.keras.backend.random_binomial).

    Args:
        shape: a list of sizes or an int32 tensor.
        p: the probability of a one.
        dtype: the type; `floatx()` by default.
        seed: an int; None draws one from NumPy's global generator.

    Returns:
        a tensor of that shape and type, drawn anew in each run.
    """
    kind = dtypes.as_dtype(dtype or backend.floatx())
    drawn: Any = randoms.random_uniform(shape, dtype=kind, seed=_seed(seed))
    return cast_op(drawn <= p, kind)


# Updates


def update(x: Any, new_x: Any) -> Any:
    """Write into a variable (API: tf.keras.backend.update).

    Args:
        x: a variable.
        new_x: a tensor or array of its shape.

    Returns:
        the update: the new value when it is run; done at once in eager mode.
    """
    return x.assign(new_x)


def update_add(x: Any, increment: Any) -> Any:
    """Add to a variable (API: tf.keras.backend.update_add).

    Args:
        x: a variable.
        increment: a tensor or array of its shape.

    Returns:
        the update: the new value when it is run; done at once in eager mode.
    """
    return x.assign_add(increment)


def update_sub(x: Any, decrement: Any) -> Any:
    """Subtract from a variable (API: tf.keras.backend.update_sub).

    Args:
        x: a variable.
        decrement: a tensor or array of its shape.

    Returns:
        the update: the new value when it is run; done at once in eager mode.
    """
    return x.assign_sub(decrement)


def moving_average_update(x: Any, value: Any, momentum: float) -> Any:
    """x becomes momentum * x + (1 - momentum) * value (API: tf.keras.backend.moving_average_update).

    Args:
        x: a variable.
        value: a tensor of its shape and type.
        momentum: how much of the old value stays, from 0 to 1.

    Returns:
        the update: the new value when it is run; done at once in eager mode.
    """
    return x.assign_sub((x - value) * (1.0 - momentum))


# Products


def dot(x: Any, y: Any) -> Any:
    """The product over the last axis of x and the last but one of y (API: tf.keras.backend.dot).

    Args:
        x, y: tensors of one type, the size of the last axis of `x` that of the last but one of `y`.

    Returns:
        the other axes of `x`, then those of `y`.
    """
    x, y = convert_to_tensor(x), convert_to_tensor(y)
    if (x.shape.rank or 0) <= 2 and (y.shape.rank or 0) <= 2:
        return matmul(x, y)
    return tensordot(x, y, [[x.shape.rank - 1], [max(y.shape.rank - 2, 0)]])


def batch_dot(x: Any, y: Any, axes: Any = None) -> Any:
    """The products of the examples of two batches over an axis of each (API: tf.keras.backend.batch_dot).

    Args:
        x, y: (batch, ...), of two axes or more.
        axes: the axis, or that of x and that of y; the last of x and the last but one of y by default.
    """
    x, y = convert_to_tensor(x), convert_to_tensor(y)
    rank_x, rank_y = x.shape.rank, y.shape.rank
    if axes is None:
        axes = (rank_x - 1, max(rank_y - 2, 1))
    one, other = (axes, axes) if isinstance(axes, int) else axes
    one, other = one % rank_x, other % rank_y
    if 0 in (one, other):
        raise ValueError("Cannot perform batch_dot over axis 0: it is the batch's.")
    wide_x = transposes.transpose(x, [*(axis for axis in range(rank_x) if axis != one), one])
    wide_y = transposes.transpose(y, [0, other, *(axis for axis in range(1, rank_y) if axis != other)])
    sizes_x: Any = shape_of(wide_x)
    sizes_y: Any = shape_of(wide_y)
    size = sizes_x[rank_x - 1]
    flat_x = reshapes.reshape(wide_x, stack([sizes_x[0], -1, size]))
    flat_y = reshapes.reshape(wide_y, stack([sizes_y[0], size, -1]))
    product = reshapes.reshape(matmul(flat_x, flat_y), concats.concat([sizes_x[: rank_x - 1], sizes_y[2:]], 0))
    known = [*wide_x.shape.as_list()[:-1], *wide_y.shape.as_list()[2:]]
    product.set_shape(known)
    return reshapes.expand_dims(product, 1) if len(known) == 1 else product


# Shapes


def batch_flatten(x: Any) -> Any:
    """Examples of one axis (API: tf.keras.backend.batch_flatten).

    Args:
        x: shape (batch, ...).

    Returns:
        shape (batch, the product of the other sizes).
    """
    sizes: Any = shape_of(x)
    return reshapes.reshape(x, stack([-1, reduce_prod(sizes[1:])]))


def flatten(x: Any) -> Tensor:
    """One axis of all numbers (API: tf.keras.backend.flatten).

    Args:
        x: a tensor.

    Returns:
        a vector of all its elements, the last axis fastest.
    """
    return reshapes.reshape(x, [-1])


def permute_dimensions(x: Any, pattern: Sequence[int]) -> Tensor:
    """The axes in another order (API: tf.keras.backend.permute_dimensions).

    Args:
        x: a tensor.
        pattern: for each axis of the result the axis of `x` that it is.

    Returns:
        a tensor of the type of `x`.
    """
    return transposes.transpose(x, perm=pattern)


def concatenate(tensors: Sequence[Any], axis: int = -1) -> Tensor:
    """One after the other (API: tf.keras.backend.concatenate).

    Args:
        tensors: a list of tensors of one type whose sizes agree but along `axis`.
        axis: the last by default.

    Returns:
        a tensor whose size along `axis` is the sum of theirs.
    """
    rank = tensors[0].shape.rank
    return concats.concat(list(tensors), axis % rank if axis < 0 and rank else axis)


def repeat(x: Any, n: int) -> Tensor:
    """(batch, features) as (batch, n, features) (API: tf.keras.backend.repeat).

    Args:
        x: shape (batch, features).
        n: how many times.

    Returns:
        shape (batch, n, features).
    """
    return tile_op(reshapes.expand_dims(x, 1), [1, n, 1])


def repeat_elements(x: Any, rep: int, axis: int) -> Tensor:
    """Each element several times along an axis (API: tf.keras.backend.repeat_elements).

    Args:
        x: a tensor.
        rep: how many times.
        axis: along which.

    Returns:
        a tensor whose size along `axis` is `rep` times as large.
    """
    return repeat_rows(x, rep, axis=axis)


def tile(x: Any, n: Any) -> Tensor:
    """The whole several times along each axis (API: tf.keras.backend.tile).

    Args:
        x: a tensor.
        n: how many times along each axis; an int for a vector.

    Returns:
        a tensor whose sizes are as many times as large.
    """
    return tile_op(x, [n] if isinstance(n, int) else n)


def reverse(x: Any, axes: Any) -> Tensor:
    """The other way round along axes (API: tf.keras.backend.reverse).

    Args:
        x: a tensor.
        axes: an int or list of ints.

    Returns:
        a tensor of the shape and type of `x`.
    """
    return reverses.reverse(x, [axes] if isinstance(axes, int) else list(axes))


def any(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Whether any is not zero (API: tf.keras.backend.any).

    Args:
        x: a tensor of any type; what is not 0 counts as True.
        axis: an int or list of ints; None for all axes.
        keepdims: whether reduced axes stay with size 1.

    Returns:
        a bool tensor.
    """
    return reduce_any(cast_op(x, dtypes.bool), axis, keepdims)


def all(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Whether none is zero (API: tf.keras.backend.all).

    Args:
        x: a tensor of any type; what is not 0 counts as True.
        axis: an int or list of ints; None for all axes.
        keepdims: whether reduced axes stay with size 1.

    Returns:
        a bool tensor.
    """
    return reduce_all(cast_op(x, dtypes.bool), axis, keepdims)


def clip(x: Any, min_value: Any, max_value: Any) -> Tensor:
    """Nothing below the one, nothing above the other (API: tf.keras.backend.clip).

    Args:
        x: a tensor of numbers.
        min_value: the smallest result; None for no limit.
        max_value: the largest result, at least `min_value`; None for no limit.

    Returns:
        a tensor of the shape and type of `x`.
    """
    if isinstance(min_value, (int, float)) and isinstance(max_value, (int, float)):
        max_value = max_value if max_value >= min_value else min_value
    return clip_by_value(x, -np.inf if min_value is None else min_value, np.inf if max_value is None else max_value)


def l2_normalize(x: Any, axis: Any = None) -> Tensor:
    """Of length 1 along an axis (API: tf.keras.backend.l2_normalize).

    Args:
        x: a tensor of a floating type.
        axis: an int or list of ints; None for all axes.

    Returns:
        a tensor of the shape and type of `x`.
    """
    return norm.l2_normalize(x, axis=axis)


def switch(condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """One of two by a condition (API: tf.keras.backend.switch).

    Args:
        condition: a tensor of bool: a scalar, or of the first axes of both.
        then_expression, else_expression: tensors, or with a scalar functions that return them.
    """
    condition = cast_op(condition, dtypes.bool)
    if condition.shape.rank == 0:
        then, other = (one if callable(one) else _returns(one) for one in (then_expression, else_expression))
        return smart_cond(condition, then, other)
    then, other = (one() if callable(one) else one for one in (then_expression, else_expression))
    for _ in range(convert_to_tensor(then).shape.rank - condition.shape.rank):
        condition = reshapes.expand_dims(condition, -1)
    return where_v2(condition, then, other)


def _returns(value: Any) -> Callable[[], Any]:
    return lambda: convert_to_tensor(value)


def in_train_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """`x` while learning, else `alt`; tensors or functions of them (API: tf.keras.backend.in_train_phase).

    Args:
        x, alt: tensors, or functions without arguments that return them.
        training: whether it is learning, a bool or a tensor; `learning_phase()` by default.

    Returns:
        one of the two; with a tensor for `training` a tensor that the run decides.
    """
    training = backend.learning_phase() if training is None else training
    first, second = (one if callable(one) else _returns(one) for one in (x, alt))
    is_learning = cast_op(training, dtypes.bool) if isinstance(training, Tensor) else bool(training)
    return smart_cond(is_learning, first, second)


def in_test_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """`alt` while learning, else `x` (API: tf.keras.backend.in_test_phase).

    Args:
        x, alt: tensors, or functions without arguments that return them.
        training: whether it is learning, a bool or a tensor; `learning_phase()` by default.

    Returns:
        one of the two; with a tensor for `training` a tensor that the run decides.
    """
    return in_train_phase(alt, x, training)


def print_tensor(x: Any, message: str = "") -> Any:
    """The same, printed with a text when it is computed (API: tf.keras.backend.print_tensor).

    Args:
        x: a tensor.
        message: printed before its first elements, on standard error.

    Returns:
        the tensor to use further on: only what uses it makes it print.
    """
    return Print(x, [x], message=message)


# Pictures and sequences


def temporal_padding(x: Any, padding: tuple[int, int] = (1, 1)) -> Tensor:
    """Zeros before and after sequences (API: tf.keras.backend.temporal_padding).

    Args:
        x: shape (batch, steps, features).
        padding: how many zero steps before, and after.

    Returns:
        shape (batch, before + steps + after, features).
    """
    return pads.pad(x, [[0, 0], list(padding), [0, 0]])


def spatial_2d_padding(x: Any, padding: Any = ((1, 1), (1, 1)), data_format: str | None = None) -> Tensor:
    """Zeros around pictures (API: tf.keras.backend.spatial_2d_padding).

    Args:
        x: shape (batch, rows, columns, channels), with "channels_first" the channels come after the batch.
        padding: how many rows of zeros above and below, how many columns left and right.
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.

    Returns:
        the larger pictures.

    Raises:
        ValueError: an unknown `data_format`.
    """
    rows, columns = [list(sizes) for sizes in padding]
    is_first = _is_first(data_format)
    return pads.pad(x, [[0, 0], [0, 0], rows, columns] if is_first else [[0, 0], rows, columns, [0, 0]])


def resize_images(
    x: Any, height_factor: int, width_factor: int, data_format: str, interpolation: str = "nearest"
) -> Any:
    """Pictures larger by whole factors (API: tf.keras.backend.resize_images).

    Args:
        x: shape (batch, rows, columns, channels), with "channels_first" the channels come after the batch.
        height_factor, width_factor: ints that multiply rows and columns.
        data_format: "channels_last" or "channels_first".
        interpolation: "nearest" or "bilinear".

    Returns:
        the larger pictures; with "bilinear" float32.

    Raises:
        ValueError: an unknown format or interpolation.
    """
    resizers = {"nearest": resize_nearest_neighbor, "bilinear": resize_bilinear}
    if interpolation not in resizers or data_format not in ("channels_first", "channels_last"):
        raise ValueError(
            'Expected interpolation "nearest" or "bilinear" and data_format "channels_first" or "channels_last": got '
            f"{interpolation!r}, {data_format!r}."
        )
    is_first = data_format == "channels_first"
    pictures = transposes.transpose(x, [0, 2, 3, 1]) if is_first else x
    sizes: Any = shape_of(pictures)
    larger = resizers[interpolation](pictures, sizes[1:3] * [height_factor, width_factor])
    known = pictures.shape.as_list()
    factors = (height_factor, width_factor)
    known[1:3] = [None if size is None else size * f for size, f in zip(known[1:3], factors, strict=True)]
    larger.set_shape(known)
    return transposes.transpose(larger, [0, 3, 1, 2]) if is_first else larger


def bias_add(x: Any, bias: Any, data_format: str | None = None) -> Any:
    """A number added to each channel (API: tf.keras.backend.bias_add).

    Args:
        x: a tensor of numbers, (batch, ..., channels), or (batch, channels, ...) with "channels_first".
        bias: shape (channels,), or that of an example with the channels last; the type of `x`.
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.

    Returns:
        a tensor of the shape and type of `x`.

    Raises:
        ValueError: an unknown `data_format`, or a bias of another number of axes.
    """
    is_first, rank, sizes = _is_first(data_format), x.shape.rank, as_shape(bias.shape).as_list()
    if rank is None:
        return x + bias
    if len(sizes) not in (1, rank - 1):
        raise ValueError(
            f"Unexpected bias dimensions {len(sizes)}, expect to be 1 or {rank - 1} dimensions: bias has shape "
            f"{tuple(sizes)}, x has shape {x.shape}. Give a number for each channel, or for each place of an example."
        )
    if not is_first:
        return x + bias
    *places, channels = sizes
    return x + reshapes.reshape(bias, [1, channels, *(places or [1] * (rank - 2))])


def _convolution(x: Any, kernel: Any, strides: Any, padding: str, data_format: Any, rates: Any) -> Any:
    rank = kernel.shape.rank - 2
    steps = [strides] * rank if isinstance(strides, int) else list(strides)
    dilations = [rates] * rank if isinstance(rates, int) else list(rates)
    letters, padding = _letters(data_format, rank), padding.lower()
    if padding == "causal":
        x, padding = temporal_padding(x, (dilations[0] * (kernel.shape[0].value - 1), 0)), "valid"
    return convolution.convolution(x, kernel, padding.upper(), steps, dilations, data_format=letters)


def _is_first(data_format: str | None) -> bool:
    return utils.normalize_data_format(data_format or backend.image_data_format()) == "channels_first"


def _letters(data_format: str | None, rank: int) -> str:
    is_first = _is_first(data_format)
    spatial = "DHW"[3 - rank :]
    return f"NC{spatial}" if is_first else f"N{spatial}C"


def conv1d(
    x: Any, kernel: Any, strides: int = 1, padding: str = "valid", data_format: Any = None, dilation_rate: int = 1
) -> Any:
    """A convolution of sequences (API: tf.keras.backend.conv1d).

    Args:
        x: shape (batch, steps, channels), with "channels_first" the channels come after the batch.
        kernel: shape (size, channels, filters).
        strides: how far filters move; 1 by default.
        padding: "valid" (only whole windows), "causal" (zeros before the first step) or "same" (zeros at the borders).
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.
        dilation_rate: how far apart the elements of a filter are applied; 1 by default.

    Returns:
        a tensor of as many axes, the type of `x`.

    Raises:
        ValueError: an unknown `data_format`, or shapes that do not go together.
    """
    return _convolution(x, kernel, (strides,), padding, data_format, (dilation_rate,))


def conv2d(
    x: Any, kernel: Any, strides: Any = (1, 1), padding: str = "valid", data_format: Any = None,
    dilation_rate: Any = (1, 1),
) -> Any:  # fmt: skip
    """A convolution of pictures (API: tf.keras.backend.conv2d).

    Args:
        x: shape (batch, rows, columns, channels), with "channels_first" the channels come after the batch.
        kernel: shape (rows, columns, channels, filters).
        strides: how far filters move, an int or one for each axis; 1 by default.
        padding: "valid" (only whole windows) or "same" (zeros at the borders).
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.
        dilation_rate: how far apart the elements of a filter are applied, an int or one for each axis; 1 by default.

    Returns:
        a tensor of as many axes, the type of `x`.

    Raises:
        ValueError: an unknown `data_format`, or shapes that do not go together.
    """
    return _convolution(x, kernel, strides, padding, data_format, dilation_rate)


def conv3d(
    x: Any, kernel: Any, strides: Any = (1, 1, 1), padding: str = "valid", data_format: Any = None,
    dilation_rate: Any = (1, 1, 1),
) -> Any:  # fmt: skip
    """A convolution of volumes (API: tf.keras.backend.conv3d).

    Args:
        x: shape (batch, depth, rows, columns, channels), with "channels_first" the channels come after the batch.
        kernel: shape (depth, rows, columns, channels, filters).
        strides: how far filters move, an int or one for each axis; 1 by default.
        padding: "valid" (only whole windows) or "same" (zeros at the borders).
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.
        dilation_rate: how far apart the elements of a filter are applied, an int or one for each axis; 1 by default.

    Returns:
        a tensor of as many axes, the type of `x`.

    Raises:
        ValueError: an unknown `data_format`, or shapes that do not go together.
    """
    return _convolution(x, kernel, strides, padding, data_format, dilation_rate)


def depthwise_conv2d(
    x: Any, depthwise_kernel: Any, strides: Any = (1, 1), padding: str = "valid", data_format: Any = None,
    dilation_rate: Any = (1, 1),
) -> Any:  # fmt: skip
    """Each channel with filters of its own (API: tf.keras.backend.depthwise_conv2d).

    Args:
        x: shape (batch, rows, columns, channels), with "channels_first" the channels come after the batch.
        depthwise_kernel: shape (rows, columns, channels, filters of each channel).
        strides: how far filters move, an int or a pair; 1 by default.
        padding: "valid" (only whole windows) or "same" (zeros at the borders).
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.
        dilation_rate: a pair, how far apart the elements of a filter are applied; 1 by default.

    Returns:
        a tensor with channels * filters channels, the type of `x`.

    Raises:
        ValueError: an unknown `data_format`, or shapes that do not go together.
    """
    letters = _letters(data_format, 2)
    return depthwise.depthwise_conv2d(
        x, depthwise_kernel, _by_axis(letters, strides), padding.upper(), list(dilation_rate), data_format=letters
    )


def separable_conv2d(
    x: Any, depthwise_kernel: Any, pointwise_kernel: Any, strides: Any = (1, 1), padding: str = "valid",
    data_format: Any = None, dilation_rate: Any = (1, 1),
) -> Any:  # fmt: skip
    """Channels on their own, then mixed (API: tf.keras.backend.separable_conv2d).

    Args:
        x: shape (batch, rows, columns, channels), with "channels_first" the channels come after the batch.
        depthwise_kernel: shape (rows, columns, channels, filters of each channel).
        pointwise_kernel: shape (1, 1, channels * filters, output channels).
        strides: how far filters move, an int or a pair; 1 by default.
        padding: "valid" (only whole windows) or "same" (zeros at the borders).
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.
        dilation_rate: a pair, how far apart the elements of a filter are applied; 1 by default.

    Returns:
        a tensor with the output channels, the type of `x`.

    Raises:
        ValueError: an unknown `data_format`, or shapes that do not go together.
    """
    letters = _letters(data_format, 2)
    return depthwise.separable_conv2d(
        x, depthwise_kernel, pointwise_kernel, _by_axis(letters, strides), padding.upper(), list(dilation_rate),
        data_format=letters,
    )  # fmt: skip


def _by_axis(letters: str, sizes: Any) -> list[int]:
    rows, columns = (sizes, sizes) if isinstance(sizes, int) else sizes
    return [1, 1, rows, columns] if letters == "NCHW" else [1, rows, columns, 1]


def pool2d(
    x: Any, pool_size: Any, strides: Any = (1, 1), padding: str = "valid", data_format: Any = None,
    pool_mode: str = "max",
) -> Any:  # fmt: skip
    """The largest or the mean of windows of pictures (API: tf.keras.backend.pool2d).

    Args:
        x: shape (batch, rows, columns, channels), with "channels_first" the channels come after the batch.
        pool_size: two ints, the size of a window.
        strides: two ints, how far it moves.
        padding: "valid" (only whole windows) or "same" (windows may reach beyond the border).
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.
        pool_mode: "max" or "avg".

    Returns:
        a tensor of as many axes, the type of `x`.

    Raises:
        ValueError: an unknown `pool_mode` or `data_format`.
    """
    return _pooled(x, pool_size, strides, padding, data_format, pool_mode)


def pool3d(
    x: Any, pool_size: Any, strides: Any = (1, 1, 1), padding: str = "valid", data_format: Any = None,
    pool_mode: str = "max",
) -> Any:  # fmt: skip
    """The largest or the mean of windows of volumes (API: tf.keras.backend.pool3d).

    Args:
        x: shape (batch, depth, rows, columns, channels), with "channels_first" the channels come after the batch.
        pool_size: three ints, the size of a window.
        strides: three ints, how far it moves.
        padding: "valid" (only whole windows) or "same" (windows may reach beyond the border).
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.
        pool_mode: "max" or "avg".

    Returns:
        a tensor of as many axes, the type of `x`.

    Raises:
        ValueError: an unknown `pool_mode` or `data_format`.
    """
    return _pooled(x, pool_size, strides, padding, data_format, pool_mode)


def _pooled(x: Any, sizes: Any, strides: Any, padding: str, data_format: Any, mode: str) -> Any:
    if mode not in ("max", "avg"):
        raise ValueError(f'Invalid pooling mode: {mode!r}. Expected "max" or "avg".')
    letters = _letters(data_format, len(sizes))
    return pool_any.pool(x, list(sizes), mode.upper(), padding.upper(), strides=list(strides), data_format=letters)


def dropout(x: Any, level: float, noise_shape: Any = None, seed: int | None = None) -> Any:
    """Zeros in random places, the others scaled up (API: tf.keras.backend.dropout).

    Args:
        x: a tensor of a floating type.
        level: which part becomes zero, from 0 to below 1; the rest is divided by 1 - level.
        noise_shape: the shape of what is drawn, size 1 where an axis shares it; that of `x` by default.
        seed: an int; None draws one from NumPy's global generator.

    Returns:
        a tensor of the shape and type of `x`.
    """
    return dropouts.dropout(x, rate=level, noise_shape=noise_shape, seed=_seed(seed))


# Where Keras' arguments are others than TensorFlow's


def one_hot(indices: Any, num_classes: int) -> Tensor:
    """Rows of zeros with a one (API: tf.keras.backend.one_hot).

    Args:
        indices: whole numbers, any shape.
        num_classes: how many classes.

    Returns:
        float32, shape of `indices` and then (num_classes,); all zeros for a number that is no class.
    """
    return one_hot_op(indices, depth=num_classes, axis=-1)


def arange(start: Any, stop: Any = None, step: int = 1, dtype: str = "int32") -> Any:
    """Numbers one step apart (API: tf.keras.backend.arange).

    Args:
        start: the first number; where `stop` is None the end, and 0 the first.
        stop: the end, itself left out.
        step: the distance.
        dtype: the type of the result.

    Returns:
        a vector.
    """
    if stop is None and start < 0:
        start = 0
    found = range_op(start, limit=stop, delta=step, name="arange")
    return found if dtype == "int32" else cast(found, dtype)


def argmax(x: Any, axis: int = -1) -> Tensor:
    """The place of the largest along an axis (API: tf.keras.backend.argmax).

    Args:
        x: a tensor of numbers.
        axis: the axis; the last by default.

    Returns:
        an int64 tensor without that axis.
    """
    return argmaxs.argmax(x, axis)


def argmin(x: Any, axis: int = -1) -> Tensor:
    """The place of the smallest along an axis (API: tf.keras.backend.argmin).

    Args:
        x: a tensor of numbers.
        axis: the axis; the last by default.

    Returns:
        an int64 tensor without that axis.
    """
    return argmaxs.argmin(x, axis)


def mean(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The mean; of bool the part that is True (API: tf.keras.backend.mean).

    Args:
        x: a tensor of numbers, or bool, which is cast to `floatx()`.
        axis: an int or list of ints; None for all axes.
        keepdims: whether reduced axes stay with size 1.

    Returns:
        a tensor of the type of `x`.
    """
    x = convert_to_tensor(x)
    return reduce_mean(cast(x, backend.floatx()) if x.dtype.base_dtype == dtypes.bool else x, axis, keepdims)


def sqrt(x: Any) -> Tensor:
    """The root, of negative numbers 0 (API: tf.keras.backend.sqrt).

    Args:
        x: a tensor of a floating type.

    Returns:
        a tensor of its shape and type.
    """
    return elementwise.sqrt(clip_by_value(x, 0.0, np.inf))


def gather(reference: Any, indices: Any) -> Tensor:
    """Rows of a tensor (API: tf.keras.backend.gather).

    Args:
        reference: a tensor or variable of shape (rows, ...).
        indices: whole numbers below `rows`, any shape.

    Returns:
        shape of `indices`, then that of a row.
    """
    return gathers.gather(reference, indices)
