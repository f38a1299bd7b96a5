"""Python functions as nodes: what they get, what they may return, what their errors become."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import convflow as tf


def run(func: Callable[..., Any], inp: list[Any], types: Any) -> Any:
    with tf.Graph().as_default(), tf.Session() as session:
        return session.run(tf.py_func(func, inp, types))


@pytest.mark.parametrize(
    ("value", "kind"),
    [("a", "bytes"), (3, "int32"), ([1.0], "ndarray"), (["a"], "ndarray"), (True, "bool")],
)
def test_arguments_are_arrays_scalars_and_bytes(value: Any, kind: str) -> None:
    assert run(lambda x: type(x).__name__.rstrip("_"), [value], tf.string) == kind.encode()


def test_one_value_and_several() -> None:
    assert run(lambda x: x + np.float32(1), [1.0], tf.float32) == 2.0
    assert run(lambda x, y: (x + y, y), [1, 2], [tf.int32, tf.int32]) == [3, 2]
    assert run(lambda x: None, [1], []) is None
    assert run(lambda: np.array(["é", "b"]), [], tf.string).tolist() == ["é".encode(), b"b"]


def test_a_function_may_keep_its_argument() -> None:
    kept = []
    with tf.Graph().as_default(), tf.Session() as session:
        variable = tf.Variable([1.0])
        session.run(variable.initializer)
        call = tf.py_func(lambda x: kept.append(x) or np.float32(0), [variable], tf.float32)
        session.run(call)
        session.run(variable.assign([2.0]))
    assert kept[0].tolist() == [1.0]


@pytest.mark.parametrize(
    ("func", "types", "error", "message"),
    [
        (lambda: 1.0, tf.float32, "InvalidArgumentError", r"0-th value returned by pyfunc_\d+ is float64, but expects"),
        (lambda: (1, 2), tf.int64, "InvalidArgumentError", r"returns 2 values, but expects to see 1 values"),
        (lambda: None, tf.int64, "InvalidArgumentError", r"returns 0 values, but expects to see 1 values"),
        (lambda: 1 / 0, tf.int64, "UnknownError", r"ZeroDivisionError: division by zero"),
        (lambda: next(iter([])), tf.int64, "OutOfRangeError", r"StopIteration"),
        (lambda: int("x"), tf.int64, "InvalidArgumentError", r"ValueError: invalid literal"),
    ],
)
def test_errors(func: Callable[..., Any], types: Any, error: str, message: str) -> None:
    with pytest.raises(getattr(tf.errors, error), match=message) as caught:
        run(func, [], types)
    assert re.search(r"PyFunc", str(caught.value))


def test_no_gradient_passes() -> None:
    x = tf.constant(1.0)
    assert tf.gradients(tf.py_func(lambda v: v, [x], tf.float32), x) == [None]
    assert tf.numpy_function(lambda v: v, [x], tf.float32).op.type == "PyFunc"
    assert tf.py_func(lambda v: v, [x], tf.float32, stateful=False).op.type == "PyFuncStateless"


def test_what_is_no_function() -> None:
    with pytest.raises(ValueError, match="Expected func to be callable"):
        tf.py_func(3, [], tf.int32)
