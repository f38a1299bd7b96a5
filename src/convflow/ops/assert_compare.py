"""Checks of values against each other and against zero (API: tf.assert_equal, tf.assert_positive ...)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from convflow.core import errors
from convflow.graph.convert import convert_to_tensor
from convflow.graph.eager_tensor import name_of
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.static_value import constant_value
from convflow.ops.array.constant import constant
from convflow.ops.array.identity import no_op
from convflow.ops.assertion import assert_
from convflow.ops.math import comparison
from convflow.ops.math.elementwise import abs as absolute
from convflow.ops.math.reduce import reduce_all

Data = Sequence[Any] | None


def assert_equal(
    x: Any, y: Any, data: Data = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation:
    """A node that fails unless x == y everywhere, with broadcasting (API: tf.assert_equal).

    Args:
        x, y: tensors of one type.
        data: what to show instead of x and y.
        summarize: how many elements of each to show, 3 by default.
        message: the beginning of the error's text.

    Raises:
        InvalidArgumentError: they differ; at once where both are constants, else when run.
    """
    with name_scope(name, "assert_equal", [x, y]):
        # TensorFlow enters this scope twice: other nodes than this one stand in "assert_equal_1".
        if x is y:
            return no_op()
    return _compared("assert_equal", "==", comparison.equal, np.equal, x, y, data, summarize, message, name)


def assert_none_equal(
    x: Any, y: Any, data: Data = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation:
    """A node that fails unless x != y everywhere (API: tf.assert_none_equal).

    Args:
        x, y: tensors of one type; shapes that broadcast.
        data: what to show instead of x and y.
        summarize: how many elements of each to show, 3 by default.
        message: the beginning of the error's text.

    Returns:
        The node; nothing waits for it unless `tf.control_dependencies` names it.

    Raises:
        InvalidArgumentError: elements are equal; at once where both are constants, else when run.
    """
    return _compared(
        "assert_none_equal", "!=", comparison.not_equal, np.not_equal, x, y, data, summarize, message, name
    )


def assert_less(
    x: Any, y: Any, data: Data = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation:
    """A node that fails unless x < y everywhere (API: tf.assert_less).

    Args:
        x, y: tensors of one real type; shapes that broadcast.
        data: what to show instead of x and y.
        summarize: how many elements of each to show, 3 by default.
        message: the beginning of the error's text.

    Returns:
        The node; nothing waits for it unless `tf.control_dependencies` names it.

    Raises:
        InvalidArgumentError: it does not hold; at once where both are constants, else when run.
    """
    return _compared("assert_less", "<", comparison.less, np.less, x, y, data, summarize, message, name)


def assert_less_equal(
    x: Any, y: Any, data: Data = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation:
    """A node that fails unless x <= y everywhere (API: tf.assert_less_equal).

    Args:
        x, y: tensors of one real type; shapes that broadcast.
        data: what to show instead of x and y.
        summarize: how many elements of each to show, 3 by default.
        message: the beginning of the error's text.

    Returns:
        The node; nothing waits for it unless `tf.control_dependencies` names it.

    Raises:
        InvalidArgumentError: it does not hold; at once where both are constants, else when run.
    """
    return _compared(
        "assert_less_equal", "<=", comparison.less_equal, np.less_equal, x, y, data, summarize, message, name
    )


def assert_greater(
    x: Any, y: Any, data: Data = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation:
    """A node that fails unless x > y everywhere (API: tf.assert_greater).

    Args:
        x, y: tensors of one real type; shapes that broadcast.
        data: what to show instead of x and y.
        summarize: how many elements of each to show, 3 by default.
        message: the beginning of the error's text.

    Returns:
        The node; nothing waits for it unless `tf.control_dependencies` names it.

    Raises:
        InvalidArgumentError: it does not hold; at once where both are constants, else when run.
    """
    return _compared("assert_greater", ">", comparison.greater, np.greater, x, y, data, summarize, message, name)


def assert_greater_equal(
    x: Any, y: Any, data: Data = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation:
    """A node that fails unless x >= y everywhere (API: tf.assert_greater_equal).

    Args:
        x, y: tensors of one real type; shapes that broadcast.
        data: what to show instead of x and y.
        summarize: how many elements of each to show, 3 by default.
        message: the beginning of the error's text.

    Returns:
        The node; nothing waits for it unless `tf.control_dependencies` names it.

    Raises:
        InvalidArgumentError: it does not hold; at once where both are constants, else when run.
    """
    return _compared(
        "assert_greater_equal", ">=", comparison.greater_equal, np.greater_equal, x, y, data, summarize, message, name
    )


def _compared(
    function: str,
    sign: str,
    compare: Callable[..., Tensor],
    compare_arrays: Callable[..., Any],
    x: Any,
    y: Any,
    data: Data,
    summarize: int | None,
    message: str | None,
    name: str | None,
) -> Operation:
    with name_scope(name, function, [x, y, *(data or [])]):
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, name="y")
        if data is None:
            data = [
                f"Condition x {sign} y did not hold element-wise:",
                f"x ({name_of(x)}) = ",
                x,
                f"y ({name_of(y)}) = ",
                y,
            ]
        shown = [*([] if message is None else [message]), *data]
        condition = reduce_all(compare(x, y))
        known_x, known_y = constant_value(x), constant_value(y)
        if known_x is not None and known_y is not None and not np.all(compare_arrays(known_x, known_y)):
            parts = [str(constant_value(item) if isinstance(item, Tensor) else item) for item in shown]
            raise errors.InvalidArgumentError(None, None, "\n".join(parts))
        return assert_(condition, shown, summarize=summarize)


def assert_near(
    x: Any,
    y: Any,
    rtol: Any = None,
    atol: Any = None,
    data: Data = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """A node that fails unless |x - y| < atol + rtol * |y| everywhere (API: tf.assert_near).

    Args:
        x, y: tensors of one float or complex type.
        rtol, atol: tolerances; ten times the smallest step above 1 of the type by default.
        data, summarize, message: as for `assert_equal`.

    Raises:
        InvalidArgumentError: they differ by more, when run.
        ValueError: a type that is not inexact, without tolerances.
    """
    with name_scope(name, "assert_near", [x, y, rtol, atol, *(data or [])]):
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, name="y", dtype=x.dtype.base_dtype)
        rtol = _tolerance(rtol, x, "rtol")
        atol = _tolerance(atol, x, "atol")
        if data is None:
            data = [
                _sentence(message),
                f"x and y not equal to tolerance rtol = {rtol}, atol = {atol}",
                f"x ({name_of(x)}) = ",
                x,
                f"y ({name_of(y)}) = ",
                y,
            ]
        bound = atol + rtol * absolute(y)
        return assert_(reduce_all(comparison.less(absolute(x - y), bound)), data, summarize=summarize)


def _tolerance(value: Any, x: Tensor, name: str) -> Tensor:
    dtype = x.dtype.real_dtype.base_dtype
    if value is None:
        if not dtype.is_floating:
            raise ValueError(
                f"The {name} of {x!r} must be given: {dtype.name} is not inexact. Use tf.assert_equal for integers."
            )
        value = 10 * _epsilon(dtype)
    return convert_to_tensor(value, name=name, dtype=dtype)


def _epsilon(dtype: Any) -> Any:
    # NumPy does not know bfloat16's: one in 2**7.
    return 2.0**-7 if dtype.name == "bfloat16" else float(np.finfo(dtype.as_numpy_dtype).eps)


def assert_negative(
    x: Any, data: Data = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation:
    """A node that fails unless x < 0 everywhere (API: tf.assert_negative).

    Args:
        x: a tensor of a real type.
        data: what to show instead of x and `message`.
        summarize: how many elements of each to show, 3 by default.
        message: the beginning of the error's text.

    Returns:
        The node; nothing waits for it unless `tf.control_dependencies` names it.

    Raises:
        InvalidArgumentError: it does not hold; at once where x is a constant, else when run.
    """
    with name_scope(name, "assert_negative", [x, *(data or [])]):
        x = convert_to_tensor(x, name="x")
        data = data if data is not None else [_sentence(message), *_not_held(x, "<")]
        return assert_less(x, _zero(x), data=data, summarize=summarize)


def assert_positive(
    x: Any, data: Data = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation:
    """A node that fails unless x > 0 everywhere (API: tf.assert_positive).

    Args:
        x: a tensor of a real type.
        data: what to show instead of x and `message`.
        summarize: how many elements of each to show, 3 by default.
        message: the beginning of the error's text.

    Returns:
        The node; nothing waits for it unless `tf.control_dependencies` names it.

    Raises:
        InvalidArgumentError: it does not hold; at once where x is a constant, else when run.
    """
    with name_scope(name, "assert_positive", [x, *(data or [])]):
        x = convert_to_tensor(x, name="x")
        data = data if data is not None else [_sentence(message), *_not_held(x, ">")]
        return assert_less(_zero(x), x, data=data, summarize=summarize)


def assert_non_negative(
    x: Any, data: Data = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation:
    """A node that fails unless x >= 0 everywhere (API: tf.assert_non_negative).

    Args:
        x: a tensor of a real type.
        data: what to show instead of x and `message`.
        summarize: how many elements of each to show, 3 by default.
        message: the beginning of the error's text.

    Returns:
        The node; nothing waits for it unless `tf.control_dependencies` names it.

    Raises:
        InvalidArgumentError: it does not hold; at once where x is a constant, else when run.
    """
    with name_scope(name, "assert_non_negative", [x, *(data or [])]):
        x = convert_to_tensor(x, name="x")
        data = data if data is not None else [_sentence(message), *_not_held(x, ">=")]
        return assert_less_equal(_zero(x), x, data=data, summarize=summarize)


def assert_non_positive(
    x: Any, data: Data = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation:
    """A node that fails unless x <= 0 everywhere (API: tf.assert_non_positive).

    Args:
        x: a tensor of a real type.
        data: what to show instead of x and `message`.
        summarize: how many elements of each to show, 3 by default.
        message: the beginning of the error's text.

    Returns:
        The node; nothing waits for it unless `tf.control_dependencies` names it.

    Raises:
        InvalidArgumentError: it does not hold; at once where x is a constant, else when run.
    """
    with name_scope(name, "assert_non_positive", [x, *(data or [])]):
        x = convert_to_tensor(x, name="x")
        if data is None:
            condition, value, shown = _not_held(x, "<=")
            # TensorFlow shows these two as one.
            data = [_sentence(message), condition + value, shown]
        return assert_less_equal(x, _zero(x), data=data, summarize=summarize)


def _not_held(x: Tensor, sign: str) -> list[Any]:
    return [f"Condition x {sign} 0 did not hold element-wise:", f"x ({name_of(x)}) = ", x]


def _zero(x: Tensor) -> Tensor:
    return constant(0, dtype=x.dtype.base_dtype)


def _sentence(message: str | None) -> str:
    return f"{message}.  " if message else ""
