"""Tensors and variables: what they are, and made from values or drawn, in Keras' terms (API: tf.keras.backend)."""

from __future__ import annotations

from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.graph.operation import Tensor
from convflow.graph.sparse_tensor import SparseTensor
from convflow.modeling.keras import backend
from convflow.modeling.variables.variable import Variable
from convflow.ops import operators as operators  # tensors get their operators
from convflow.ops import random as randoms
from convflow.ops.array import constant as constants
from convflow.ops.array.one_hot import one_hot as one_hot_op
from convflow.ops.array.sequence import range as range_op
from convflow.ops.math.cast import cast as cast_op


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
    return _made(np.random.RandomState(drawn_seed(seed)).uniform(low, high, tuple(shape)), kind, name)


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
    return _made(np.random.RandomState(drawn_seed(seed)).normal(mean, scale, tuple(shape)), kind, name)


def drawn_seed(seed: int | None) -> int:
    """The seed, or one drawn from NumPy's global generator in place of None."""
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
    return randoms.random_normal(shape, mean, stddev, dtypes.as_dtype(dtype or backend.floatx()), drawn_seed(seed))


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
    return randoms.random_uniform(shape, minval, maxval, dtypes.as_dtype(dtype or backend.floatx()), drawn_seed(seed))


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
    return randoms.truncated_normal(shape, mean, stddev, dtypes.as_dtype(dtype or backend.floatx()), drawn_seed(seed))


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
    drawn: Any = randoms.random_uniform(shape, dtype=kind, seed=drawn_seed(seed))
    return cast_op(drawn <= p, kind)


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
