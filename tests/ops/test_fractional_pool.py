"""Fractional pooling: borders, values over given borders against NumPy, where gradients go, refusals."""

import itertools

import numpy as np
import pytest

from convflow.autodiff.gradients import gradients
from convflow.core import errors
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder
from convflow.ops.fractional_pool import fractional_avg_pool, fractional_max_pool
from convflow.ops.pooling_sequence import PoolingSequences

RANDOM = np.random.default_rng(41)
RECORDED = {"pseudo": [0, 2, 3, 5, 7, 8, 10], "random": [[0, 1, 3, 4, 6, 8, 10], [0, 1, 3, 5, 7, 9, 11, 13]]}
FUNCTIONS = [fractional_max_pool, fractional_avg_pool]


def windows(borders, size, overlapping):
    return [range(start, min(end + overlapping, size)) for start, end in itertools.pairwise(borders)]


def cells(x, rows, columns, overlapping):
    """For each window (row, column) its part of `x`."""
    for i, row in enumerate(windows(rows.tolist(), x.shape[1], overlapping)):
        for j, column in enumerate(windows(columns.tolist(), x.shape[2], overlapping)):
            yield (i, j), (slice(None), slice(row[0], row[-1] + 1), slice(column[0], column[-1] + 1))


@pytest.mark.parametrize("pseudo_random", [False, True])
@pytest.mark.parametrize(("size", "count"), [(10, 7), (25, 10), (12, 6), (9, 9), (7, 1), (31, 30), (23, 4)])
def test_borders(pseudo_random, size, count):
    for seed in range(30):
        borders = PoolingSequences(seed, 3, pseudo_random).borders(size, count)
        steps = np.diff(borders)
        assert borders[0] == 0 and borders[-1] == size and len(steps) == count
        assert set(steps) <= {size // count, size // count + 1}


def test_borders_are_recorded_ones():
    """TensorFlow's for these seeds."""
    assert PoolingSequences(1, 2, True).borders(10, 6) == RECORDED["pseudo"]
    sequences = PoolingSequences(1, 2, False)
    assert [sequences.borders(10, 6), sequences.borders(13, 7)] == RECORDED["random"]


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "int64"])
@pytest.mark.parametrize("overlapping", [False, True])
@pytest.mark.parametrize("pseudo_random", [False, True])
def test_values(run, dtype, overlapping, pseudo_random):
    x = RANDOM.integers(-20, 20, (2, 11, 9, 3)).astype(dtype)
    for function in FUNCTIONS:
        result = function(x, [1, 1.44, 1.73, 1], pseudo_random, overlapping)
        assert result._fields == ("output", "row_pooling_sequence", "col_pooling_sequence")
        y, rows, columns = run(list(result))
        assert y.dtype == dtype and y.shape == (2, 7, 5, 3) and (len(rows), len(columns)) == (8, 6)
        assert rows.dtype == columns.dtype == np.int64
        for (i, j), part in cells(x, rows, columns, overlapping):
            cell = x[part]
            expected = cell.max((1, 2)) if function is fractional_max_pool else cell.astype(float).mean((1, 2))
            # A mean of integers is cut off, not rounded.
            expected = np.trunc(expected + 1e-9 * np.sign(expected)) if np.dtype(dtype).kind == "i" else expected
            np.testing.assert_allclose(y[:, i, j], expected, rtol=1e-5)


@pytest.mark.parametrize("overlapping", [False, True])
def test_the_first_maximum_gets_the_gradient(run, overlapping):
    x = constant(RANDOM.integers(0, 3, (2, 7, 8, 2)).astype("float32"))
    result = fractional_max_pool(x, [1, 1.5, 1.7, 1], False, overlapping, True, 5)
    g = constant(RANDOM.integers(1, 9, (2, 4, 4, 2)).astype("float32"))
    found, x, g, rows, columns = run([gradients([result.output], [x], [g])[0], x, g, *result[1:]])
    expected = np.zeros_like(x)
    for (i, j), part in cells(x, rows, columns, overlapping):
        cell = x[part]
        for batch, channel in np.ndindex(2, 2):
            row, column = np.unravel_index(cell[batch, :, :, channel].argmax(), cell.shape[1:3])
            expected[batch, part[1].start + row, part[2].start + column, channel] += g[batch, i, j, channel]
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("overlapping", [False, True])
def test_derivatives(check_gradients, function, overlapping):
    x = RANDOM.permutation(np.arange(5 * 6 * 2)).reshape(1, 5, 6, 2) / 7
    check_gradients(lambda x: function(x, [1, 1.6, 1.4, 1], True, overlapping, True, 3, 4).output, x, order=1)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_unknown_shapes_and_no_second_derivative(run, function):
    x = placeholder("float32")
    result = function(x, [1, 1.6, 1.4, 1], deterministic=True, seed=3)
    assert result.output.shape.as_list() == [None] * 4
    known = function(placeholder("float32", [None, 8, None, 3]), [1, 1.6, 1.4, 1])
    assert known.output.shape.as_list() == [None, 5, None, 3]
    (first,) = gradients([result.output], [x])
    assert run(first, {x: np.ones((2, 5, 6, 1))}).shape == (2, 5, 6, 1)
    incoming = placeholder("float32")
    with pytest.raises(LookupError, match="Grad"):
        gradients(gradients([result.output], [x], [incoming]), [incoming])
    assert run(result.output, {x: np.ones((0, 5, 6, 1))}).shape == (0, 3, 4, 1)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_when_borders_change(run, function):
    x = np.zeros((1, 40, 40, 1), np.float32)
    fixed = function(x, [1, 1.5, 1.5, 1], deterministic=True, seed=3)
    unnamed = function(x, [1, 1.5, 1.5, 1], deterministic=True)
    changing = function(x, [1, 1.5, 1.5, 1])
    again = function(x, [1, 1.5, 1.5, 1], deterministic=True, seed=3)
    first, second = (run([result[1] for result in (fixed, unnamed, changing, again)]) for _ in range(2))
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[0], first[3])
    np.testing.assert_array_equal(first[1], second[1])
    assert (first[2] != second[2]).any()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_refusals(run, function):
    x = constant(0.0, shape=[2, 6, 6, 2])
    for ratio, message in (
        ([1, 0.9, 1.5, 1], "pooling_ratio cannot be smaller than 1, got: 0.9"),
        ([1, 1.5, 1.5], "pooling_ratio.*needs 4 values"),
        ([1, 1.5, 1.5, 1, 1], "must hold 4 numbers"),
        ([1, 7.0, 1.5, 1], r"larger than the input's sizes \[2, 6, 6, 2\]"),
    ):
        with pytest.raises(ValueError, match=message):
            function(x, ratio)
    with pytest.raises(ValueError, match="value must be rank 4 but is rank 3"):
        function(constant(0.0, shape=[6, 6, 2]), [1, 1.5, 1.5, 1])
    with pytest.raises(errors.UnimplementedError, match="batch or channel dimension"):
        run(function(x, [2, 1.5, 1.5, 1]).output)
    with pytest.raises(errors.InvalidArgumentError, match="must be 0 where deterministic is false"):
        run(function(x, [1, 1.5, 1.5, 1], seed=3).output)
    fed = placeholder("float32")
    with pytest.raises(errors.InvalidArgumentError, match=r"larger than the input's sizes \[1, 2, 6, 1\]"):
        run(function(fed, [1, 2.5, 1.5, 1]).output, {fed: np.zeros((1, 2, 6, 1))})
