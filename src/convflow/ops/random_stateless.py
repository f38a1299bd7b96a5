"""Random numbers that depend on a seed input alone (API: tf.random.stateless_*): equal seeds, equal numbers."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import random_stateless_nodes  # noqa: F401  # registers the ops
from convflow.ops.math.arithmetic import add, multiply, subtract
from convflow.ops.random_nodes import checked_type, shape_tensor

_CLASS_TYPES = (dtypes.int32, dtypes.int64)
_UNSIGNED = (dtypes.uint32, dtypes.uint64)
_UNIFORM_TYPES = (
    dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64, dtypes.int32, dtypes.int64, *_UNSIGNED,
)  # fmt: skip
# The numbers by which nodes name the generators. On a CPU the third one, TensorFlow's own choice, is the first.
_ALGORITHMS = {"philox": 1, "autoselect": 3}


def stateless_random_uniform(
    shape: Any,
    seed: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = dtypes.float32,
    name: str | None = None,
    alg: str = "auto_select",
) -> Tensor:
    """Numbers spread evenly over [minval, maxval) (API: tf.random.stateless_uniform).

    Args:
        shape: a vector of sizes.
        seed: two integers, a tensor or a list.
        minval: the lower limit, included.
        maxval: the upper limit, excluded; 1 for floats if None. For integers both limits may be None, for any number
            of the type.
        dtype: a float type, int32 or int64; uint32 or uint64 without limits.
        alg: "auto_select" or "philox", which are the same here.

    Raises:
        ValueError: another type, or only one limit for integers.
    """
    dtype = checked_type(dtype, _UNIFORM_TYPES)
    if dtype.is_integer:
        _check_integer_limits(dtype, minval, maxval)
    elif maxval is None:
        maxval = 1
    with name_scope(name, "stateless_random_uniform", [shape, seed, minval, maxval]) as scope:
        shape = shape_tensor(shape)
        if dtype.is_integer and minval is None:
            place = _place(seed, alg)
            return apply_op("StatelessRandomUniformFullIntV2", shape=shape, dtype=dtype, name=scope, **place)
        minval = convert_to_tensor(minval, dtype=dtype, name="min")
        maxval = convert_to_tensor(maxval, dtype=dtype, name="max")
        place = _place(seed, alg)
        if dtype.is_integer:
            limits = {"minval": minval, "maxval": maxval}
            return apply_op("StatelessRandomUniformIntV2", shape=shape, name=scope, **limits, **place)
        unit = apply_op("StatelessRandomUniformV2", shape=shape, dtype=dtype, **place)
        width = subtract(maxval, minval, name="sub")
        return add(multiply(unit, width, name="mul"), minval, name=scope)


def _check_integer_limits(dtype: dtypes.DType, minval: Any, maxval: Any) -> None:
    if (minval is None) != (maxval is None):
        raise ValueError(
            f"For integer `dtype` argument {dtype.name}, argument `minval` and `maxval` must be both None or not None. "
            f"Got `minval`={minval} and `maxval`={maxval}."
        )
    if minval is not None and dtype in _UNSIGNED:
        raise ValueError(
            f"Argument `dtype` got invalid value {dtype.name} when argument `minval` is not None. "
            "Draw without limits, or a signed type."
        )


def stateless_random_normal(
    shape: Any,
    seed: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = dtypes.float32,
    name: str | None = None,
    alg: str = "auto_select",
) -> Tensor:
    """Normally distributed numbers (API: tf.random.stateless_normal); see `stateless_random_uniform`."""
    with name_scope(name, "stateless_random_normal", [shape, seed, mean, stddev]) as scope:
        return _scaled("StatelessRandomNormalV2", shape, seed, mean, stddev, dtype, alg, scope)


def stateless_truncated_normal(
    shape: Any,
    seed: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = dtypes.float32,
    name: str | None = None,
    alg: str = "auto_select",
) -> Tensor:
    """Normally distributed numbers within two deviations of the mean (API: tf.random.stateless_truncated_normal)."""
    with name_scope(name, "stateless_truncated_normal", [shape, seed, mean, stddev]) as scope:
        return _scaled("StatelessTruncatedNormalV2", shape, seed, mean, stddev, dtype, alg, scope)


def _scaled(op_type: str, shape: Any, seed: Any, mean: Any, stddev: Any, dtype: Any, alg: str, scope: str) -> Tensor:
    dtype = dtypes.as_dtype(dtype)
    shape = shape_tensor(shape)
    mean = convert_to_tensor(mean, dtype=dtype, name="mean")
    stddev = convert_to_tensor(stddev, dtype=dtype, name="stddev")
    standard = apply_op(op_type, shape=shape, dtype=dtype, **_place(seed, alg))
    return add(multiply(standard, stddev, name="mul"), mean, name=scope)


def _place(seed: Any, alg: str) -> dict[str, Any]:
    """The inputs that say where in which stream the numbers begin."""
    known = _ALGORITHMS.get(str(alg).lower().replace("_", "").replace("-", "").strip())
    if known is None:
        raise ValueError(f"Argument `alg` got unsupported value {alg!r}. Supported are 'auto_select' and 'philox'.")
    key, counter = apply_op("StatelessRandomGetKeyCounter", seed=seed)
    return {"key": key, "counter": counter, "alg": known}


def stateless_multinomial(
    logits: Any, num_samples: Any, seed: Any, output_dtype: Any = dtypes.int64, name: str | None = None
) -> Tensor:
    """Class numbers drawn with probabilities softmax(logits) (API: tf.random.stateless_multinomial).

    Args:
        logits: shape (batch, classes).
        num_samples: draws per row, a scalar.
        seed: two integers, a tensor or a list.
        output_dtype: int32 or int64.

    Returns:
        Shape (batch, num_samples).
    """
    with name_scope(name, "stateless_multinomial", [logits, seed]):
        return _classes(logits, num_samples, seed, output_dtype)


def stateless_categorical(
    logits: Any, num_samples: Any, seed: Any, dtype: Any = dtypes.int64, name: str | None = None
) -> Tensor:
    """`stateless_multinomial` under its later name (API: tf.random.stateless_categorical)."""
    with name_scope(name, "stateless_categorical", [logits, seed]):
        return _classes(logits, num_samples, seed, dtype)


def _classes(logits: Any, num_samples: Any, seed: Any, dtype: Any) -> Tensor:
    logits = convert_to_tensor(logits, name="logits")
    output_dtype = checked_type(dtypes.int64 if dtype is None else dtype, _CLASS_TYPES)
    return apply_op(
        "StatelessMultinomial", logits=logits, num_samples=num_samples, seed=seed, output_dtype=output_dtype
    )
