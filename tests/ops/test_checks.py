"""The assertions of values, ranks, types and sizes: what passes, what is refused at once, what in a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import convflow as tf
from convflow.core import errors

COMPARISONS: dict[str, tuple[Callable[..., Any], list[float], list[float]]] = {
    # function of x and y, a y that passes for x = [1, 2], one that does not
    "==": (tf.assert_equal, [1, 2], [1, 3]),
    "!=": (tf.assert_none_equal, [0, 3], [0, 2]),
    "<": (tf.assert_less, [2, 3], [2, 2]),
    "<=": (tf.assert_less_equal, [1, 3], [1, 1]),
    ">": (tf.assert_greater, [0, 1], [0, 2]),
    ">=": (tf.assert_greater_equal, [1, 1], [1, 3]),
}
SIGNS: dict[str, tuple[Callable[..., Any], list[float], list[float]]] = {
    "<": (tf.assert_negative, [-1, -2], [-1, 0]),
    "<=": (tf.assert_non_positive, [-1, 0], [0, 1]),
    ">": (tf.assert_positive, [1, 2], [1, 0]),
    ">=": (tf.assert_non_negative, [1, 0], [0, -1]),
}


@pytest.mark.parametrize("sign", COMPARISONS)
@pytest.mark.parametrize("dtype", [tf.float32, tf.int32])
def test_comparisons(sign: str, dtype: Any, run: Any) -> None:
    check, good, bad = COMPARISONS[sign]
    x, y = tf.placeholder(dtype, name="x"), tf.placeholder(dtype, name="y")
    with tf.control_dependencies([check(x, y, message="Oh")]):
        checked = tf.identity(x)
    assert run(checked, {x: [1, 2], y: good}).tolist() == [1, 2]
    text = rf"\[Oh\] \[Condition x {sign} y did not hold element-wise:\] \[x \(x:0\) = \] \[1"
    with pytest.raises(errors.InvalidArgumentError, match=text):
        run(checked, {x: [1, 2], y: bad})
    constant = tf.constant([1, 2], dtype)
    check(constant, tf.constant(good, dtype))
    with pytest.raises(errors.InvalidArgumentError, match=rf"(?s)Oh.Condition x {sign} y did not hold"):
        check(constant, tf.constant(bad, dtype), message="Oh")


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("dtype", [tf.float64, tf.int64])
def test_signs(sign: str, dtype: Any, run: Any) -> None:
    check, good, bad = SIGNS[sign]
    x = tf.placeholder(dtype, name="x")
    with tf.control_dependencies([check(x, message="Oh")]):
        checked = tf.identity(x)
    run(checked, {x: good})
    with pytest.raises(errors.InvalidArgumentError, match=rf"\[Oh.  \] \[Condition x {sign} 0 did not hold"):
        run(checked, {x: bad})
    check(tf.constant(good, dtype))
    with pytest.raises(errors.InvalidArgumentError, match=rf"Condition x {sign} 0 did not hold"):
        check(tf.constant(bad, dtype))


def test_data_is_shown_instead(run: Any) -> None:
    x = tf.placeholder(tf.float32, [])
    with tf.control_dependencies([tf.assert_less(x, 1.0, data=["seen", x * 2, [7.0, 8.0]], summarize=1)]):
        checked = tf.identity(x)
    assert run(checked, {x: 0.5}) == 0.5
    with pytest.raises(errors.InvalidArgumentError, match=r"assertion failed: \[seen\] \[4.0\] \[7.0\.\.\.\]"):
        run(checked, {x: 2.0})


def test_near(run: Any) -> None:
    x, y = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    exact, loose = tf.assert_near(x, y), tf.assert_near(x, y, rtol=0.1, atol=0.5, message="Oh")
    run([exact, loose], {x: [1.0, 2], y: [1.0, 2 + 1e-6]})
    run(loose, {x: 10.0, y: 11.0})
    with pytest.raises(errors.InvalidArgumentError, match="x and y not equal to tolerance rtol"):
        run(exact, {x: 1.0, y: 1.001})
    with pytest.raises(ValueError, match="int32 is not inexact"):
        tf.assert_near(tf.constant(1), 1)


def test_ranks(run: Any) -> None:
    x = tf.placeholder(tf.float32)
    checks = [tf.assert_rank(x, 2), tf.assert_rank_at_least(x, 2), tf.assert_rank_in(x, (1, 2))]
    run(checks, {x: [[1.0]]})
    for check, value, text in zip(
        checks,
        ([1.0], [1.0], 1.0),
        ("must have rank", "must have rank at least", "must have rank in"),
        strict=True,
    ):
        with pytest.raises(errors.InvalidArgumentError, match=rf"\[Tensor Placeholder:0 {text}\]"):
            run(check, {x: value})


@pytest.mark.parametrize(
    ("error", "build", "text"),
    [
        (ValueError, lambda x: tf.assert_rank(x, 1, message="Oh"), r"Oh.  Tensor Placeholder:0 must have rank 1.  Re"),
        (ValueError, lambda x: tf.assert_rank_at_least(x, 3), r"rank at least 3.  Received rank 2, shape \(2, 3\)"),
        (ValueError, lambda x: tf.assert_rank_in(x, [0, 1]), r"must have rank in \(0, 1\).  Received rank 2"),
        (ValueError, lambda x: tf.assert_rank(x, [1]), r"Rank must be a scalar. Received \[1\]"),
        (TypeError, lambda x: tf.assert_rank(x, 1.5), "must be of type tf.int32; got tf.float32"),
        (ValueError, lambda x: tf.assert_scalar(x), r"Expected scalar shape for Placeholder:0, saw shape: \(2, 3\)"),
        (TypeError, lambda x: tf.assert_type(x, tf.int32), "Placeholder:0 must be of type tf.int32; got tf.float32"),
        (TypeError, lambda x: tf.assert_integer(x, "Oh"), 'Oh.  Expected "x" to be integer type.  Found: Placeholder'),
        (TypeError, lambda x: tf.assert_proper_iterable(x), 'to be a "proper" iterable'),
        (TypeError, lambda x: tf.assert_proper_iterable(3), "to be iterable.  Found: <class 'int'>"),
        (TypeError, lambda x: tf.is_non_decreasing(["a"]), "Expected x to be numeric"),
        (TypeError, lambda x: tf.Assert(True, None), "must be a list of tensors or values to show"),
        (ValueError, lambda x: tf.Assert(True, []), "at least one value"),
        (
            ValueError,
            lambda x: tf.assert_same_float_dtype([x, tf.constant(1.0, tf.float64)]),
            r"type=tf.float64, must be of the same type \(tf.float32\) as Placeholder:0",
        ),
        (ValueError, lambda x: tf.assert_same_float_dtype([tf.constant(1)]), "Expected floating point type"),
        (
            ValueError,
            lambda x: tf.debugging.assert_shapes([(x, ("N", 4))], message="Oh"),
            r"Oh.  Specified explicitly.  Tensor Placeholder:0 dimension 1 must have size 4.  Received size 3",
        ),
        (
            ValueError,
            lambda x: tf.debugging.assert_shapes({x: ("N", "N")}),
            "Specified by tensor Placeholder:0 dimension 0.  Tensor Placeholder:0 dimension 1 must have size 2",
        ),
        (ValueError, lambda x: tf.debugging.assert_shapes([(x, ("N", ...))]), "only allowed as the first entry"),
        (ValueError, lambda x: tf.debugging.assert_shapes([(x, 5)]), "Specified shape must be an iterable"),
        (TypeError, lambda x: tf.debugging.assert_shapes([(x, (x, 3))]), "A size is a number, a name, None or"),
        (ValueError, lambda x: tf.debugging.assert_shapes(x), "Expected a dict or a list of pairs"),
    ],
)
def test_refused_at_once(error: type[Exception], build: Callable[[Any], Any], text: str) -> None:
    with pytest.raises(error, match=text):
        build(tf.placeholder(tf.float32, [2, 3]))


def test_types() -> None:
    assert tf.assert_same_float_dtype() is tf.float32
    assert tf.assert_same_float_dtype([None, tf.constant(1.0, tf.float16)]) is tf.float16
    assert tf.assert_same_float_dtype([], tf.float64) is tf.float64
    assert tf.is_numeric_tensor(tf.constant(1)) and tf.is_numeric_tensor(tf.constant(1j))
    assert not any(map(tf.is_numeric_tensor, (tf.constant(True), tf.constant("a"), 3, tf.Variable(1.0))))
    scalar = tf.constant(1.0)
    assert tf.assert_scalar(scalar) is scalar
    tf.assert_proper_iterable(item for item in [1])


def test_shapes_in_a_run(run: Any) -> None:
    x, y, z = (tf.placeholder(tf.float32, name=name) for name in "xyz")
    check = tf.debugging.assert_shapes([(x, ("N", 3)), (y, ("N",)), (z, (..., "N"))])
    run(check, {x: np.ones((2, 3)), y: np.ones(2), z: np.ones((4, 5, 2))})
    run(check, {x: np.ones((1, 3)), y: 1.0, z: 1.0})  # a scalar is a vector of one element
    for fed, text in (
        ((np.ones((2, 4)), np.ones(2), np.ones(2)), r"\[Specified explicitly\] \[Tensor x:0 dimension\] \[1\]"),
        ((np.ones((2, 3)), np.ones(3), np.ones(2)), r"\[Specified by tensor x:0 dimension 0\] \[Tensor y:0 dimension"),
        ((np.ones((2, 3)), np.ones(2), np.ones((2, 3))), r"\[Tensor z:0 dimension\] \[-1\] \[must have size\] \[2\]"),
        ((np.ones(3), np.ones(3), np.ones(3)), r"\[Tensor x:0 must have rank\] \[2\]"),
    ):
        with pytest.raises(errors.InvalidArgumentError, match=text):
            run(check, dict(zip((x, y, z), fed, strict=True)))


@pytest.mark.parametrize(
    ("values", "not_smaller", "larger"),
    [([], True, True), ([3], True, True), ([1, 2, 4], True, True), ([1, 1, 2], True, False), ([2, 1], False, False)],
)
def test_growing(values: list[float], not_smaller: bool, larger: bool, run: Any) -> None:
    x = tf.placeholder(tf.float32)
    found = run([tf.is_non_decreasing(x), tf.is_strictly_increasing(x)], {x: values})
    assert found == [not_smaller, larger]
    known = np.array(values, np.int64)
    assert run([tf.is_non_decreasing(known), tf.is_strictly_increasing(known)]) == [not_smaller, larger]


def test_growing_reads_row_by_row(run: Any) -> None:
    assert run(tf.is_strictly_increasing([[1, 2], [3, 4]]))
    assert not run(tf.is_non_decreasing([[1, 3], [2, 4]]))
