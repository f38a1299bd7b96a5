import ml_dtypes
import numpy as np
import pytest

from convflow.core import errors
from convflow.graph.apply import apply_op
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder
from convflow.ops.pool import avg_pool, max_pool

RANDOM = np.random.default_rng(5)


def windows(shape, ksize, strides, padding):
    """For each place of the window: its (row, column) in the output and the input's elements it covers."""
    ranges = []
    for axis in (0, 1):
        size = shape[1 + axis]
        if padding == "SAME":
            count = -(-size // strides[axis])
            before = max((count - 1) * strides[axis] + ksize[axis] - size, 0) // 2
        else:
            before, after = (0, 0) if padding == "VALID" else padding[1 + axis]
            count = (size + before + after - ksize[axis]) // strides[axis] + 1
        starts = [place * strides[axis] - before for place in range(count)]
        ranges.append([[i for i in range(start, start + ksize[axis]) if 0 <= i < size] for start in starts])
    for row, rows in enumerate(ranges[0]):
        for column, columns in enumerate(ranges[1]):
            yield (row, column), [(i, j) for i in rows for j in columns]


def pooled(x, ksize, strides, padding, combine):
    places = list(windows(x.shape, ksize, strides, padding))
    height, width = (max(place[axis] for place, _ in places) + 1 for axis in (0, 1))
    y = np.zeros((x.shape[0], height, width, x.shape[3]), x.dtype)
    for (row, column), covered in places:
        y[:, row, column] = combine(np.stack([x[:, i, j] for i, j in covered], 1), 1)
    return y


def first_maximum_gradient(x, g, ksize, strides, padding):
    dx = np.zeros_like(x)
    for (row, column), covered in windows(x.shape, ksize, strides, padding):
        winners = np.stack([x[:, i, j] for i, j in covered], 1).argmax(1)
        for n, c in np.ndindex(winners.shape):
            i, j = covered[winners[n, c]]
            dx[n, i, j, c] += g[n, row, column, c]
    return dx


CASES = [
    # input, ksize, strides, padding
    ((2, 6, 8, 3), (2, 2), (2, 2), "SAME"),
    ((2, 7, 5, 3), (2, 2), (2, 2), "SAME"),
    ((2, 7, 5, 3), (2, 2), (2, 2), "VALID"),
    ((1, 7, 8, 1), (3, 3), (2, 2), "SAME"),
    ((1, 8, 7, 2), (3, 2), (1, 1), "SAME"),
    ((2, 5, 6, 2), (2, 4), (1, 2), "SAME"),
    ((2, 5, 6, 2), (4, 2), (2, 1), "SAME"),
    ((2, 9, 9, 2), (2, 1), (3, 4), "SAME"),
    ((2, 7, 7, 2), (2, 3), (3, 2), "SAME"),
    ((1, 2, 3, 2), (5, 5), (1, 1), "SAME"),
    ((1, 6, 6, 2), (3, 2), (2, 3), "VALID"),
    ((1, 4, 4, 1), (4, 4), (1, 1), "VALID"),
]
EXPLICIT = ((2, 5, 6, 2), (3, 2), (2, 1), [[0, 0], [1, 2], [0, 1], [0, 0]])


def nchw(x):
    return np.ascontiguousarray(x.transpose(0, 3, 1, 2))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", CASES)
def test_values(run, case, dtype):
    shape, ksize, strides, padding = case
    x = RANDOM.normal(size=shape).astype(dtype)
    for pool, combine, tolerance in ((max_pool, np.max, 0), (avg_pool, np.mean, 3e-7)):
        expected = pooled(x, ksize, strides, padding, combine)
        y = pool(x, ksize, strides, padding)
        assert y.shape.as_list() == list(expected.shape)
        value, other = run([y, pool(nchw(x), ksize, strides, padding, "NCHW")])
        assert value.dtype == dtype and value.flags.c_contiguous
        np.testing.assert_allclose(value, expected, rtol=tolerance, atol=tolerance)
        np.testing.assert_allclose(other, nchw(expected), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8", "int16", "int8", "uint16", "float16", "bfloat16"])
def test_maxima_of_other_types(run, dtype):
    dtype = np.dtype(getattr(ml_dtypes, dtype, dtype))
    x = RANDOM.integers(0, 9, (2, 5, 5, 3)).astype(dtype)
    for padding in ("SAME", EXPLICIT[3]):
        value = run(max_pool(x, (3, 2), (2, 1), padding))
        assert value.dtype == dtype
        np.testing.assert_array_equal(value, pooled(x, (3, 2), (2, 1), padding, np.max))
    negative = (-x.astype(np.int64)).astype(dtype) if dtype.kind in "if" else x
    np.testing.assert_array_equal(
        run(max_pool(negative, 3, 1, "SAME")), pooled(negative, (3, 3), (1, 1), "SAME", np.max)
    )


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "uint8", "int64", "float16"])
@pytest.mark.parametrize("case", [*CASES, EXPLICIT])
def test_the_first_maximum_gets_the_gradient(run, case, dtype):
    shape, ksize, strides, padding = case
    # Few different values: windows full of ties.
    x = RANDOM.integers(0, 3, shape).astype(dtype)
    y = pooled(x, ksize, strides, padding, np.max)
    g = RANDOM.integers(1, 5, y.shape).astype(dtype)
    explicit = [] if isinstance(padding, str) else [size for pair in padding for size in pair]
    attrs = {"padding": padding if isinstance(padding, str) else "EXPLICIT", "explicit_paddings": explicit}
    dx = apply_op(
        "MaxPoolGrad", orig_input=x, orig_output=y, grad=g, ksize=[1, *ksize, 1], strides=[1, *strides, 1], **attrs
    )
    assert dx.shape.as_list() == list(shape)
    np.testing.assert_array_equal(run(dx), first_maximum_gradient(x, g, ksize, strides, padding))


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int32"])
def test_padding_wins_no_tie_with_the_lowest_number(run, dtype):
    x = np.full((1, 3, 3, 1), np.iinfo(dtype).min, dtype)
    g = np.ones((1, 4, 4, 1), dtype)
    attrs = {"padding": "EXPLICIT", "explicit_paddings": [0, 0, 1, 1, 1, 1, 0, 0]}
    y = pooled(x, (2, 2), (1, 1), [[0, 0], [1, 1], [1, 1], [0, 0]], np.max)
    dx = apply_op("MaxPoolGrad", orig_input=x, orig_output=y, grad=g, ksize=[1, 2, 2, 1], strides=[1, 1, 1, 1], **attrs)
    assert run(dx).ravel().tolist() == [4, 2, 2, 2, 1, 1, 2, 1, 1]


@pytest.mark.parametrize("case", [case for case in CASES if np.prod(case[0]) < 100])
@pytest.mark.parametrize("pool", [max_pool, avg_pool])
def test_first_and_second_derivatives(check_gradients, case, pool):
    shape, ksize, strides, padding = case
    # Steps of the differences stay below the gaps between elements.
    x = RANDOM.permutation(np.arange(np.prod(shape))).reshape(shape) / 7
    check_gradients(lambda x: pool(x, ksize, strides, padding), x, order=2)


@pytest.mark.parametrize("pool", [max_pool, avg_pool])
def test_derivatives_nchw(check_gradients, pool):
    x = RANDOM.permutation(np.arange(2 * 4 * 5)).reshape(1, 2, 4, 5) / 7
    check_gradients(lambda x: pool(x, [1, 1, 3, 2], [1, 1, 1, 2], "SAME", "NCHW"), x)


def test_derivatives_explicit(check_gradients):
    shape, ksize, strides, padding = EXPLICIT
    x = RANDOM.permutation(np.arange(np.prod(shape))).reshape(shape) / 7
    check_gradients(lambda x: max_pool(x, ksize, strides, padding), x, order=1)


def test_third_derivative_is_the_first_again(run):
    x = RANDOM.normal(size=(1, 4, 4, 1)).astype("float32")
    y, g = run(max_pool(x, 2, 2, "VALID")), np.ones((1, 2, 2, 1), np.float32)
    attrs = {"ksize": [1, 2, 2, 1], "strides": [1, 2, 2, 1], "padding": "VALID"}
    first = apply_op("MaxPoolGrad", orig_input=x, orig_output=y, grad=g, **attrs)
    second = apply_op("MaxPoolGradGrad", orig_input=x, orig_output=y, grad=np.ones_like(x), **attrs)
    third = second.op.definition.gradient(second.op, constant(g))[2]
    np.testing.assert_array_equal(*run([first, third]))


def test_across_channels(run):
    x = RANDOM.normal(size=(2, 3, 3, 6)).astype("float32")
    y = max_pool(x, [1, 1, 1, 3], [1, 1, 1, 3], "SAME")
    assert y.shape.as_list() == [2, 3, 3, 2]
    np.testing.assert_array_equal(run(y), x.reshape(2, 3, 3, 2, 3).max(-1))


@pytest.mark.parametrize(
    ("pool", "ksize", "strides"),
    [
        (max_pool, [2, 1, 1, 1], [1, 1, 1, 1]),
        (max_pool, [1, 2, 1, 2], [1, 1, 1, 2]),
        (max_pool, [1, 1, 1, 2], [1, 1, 1, 1]),
        (max_pool, [1, 1, 1, 4], [1, 1, 1, 4]),
        (avg_pool, [1, 1, 1, 2], [1, 1, 1, 2]),
        (avg_pool, [1, 1, 1, 1], [2, 1, 1, 1]),
    ],
)
def test_not_implemented_in_tensorflow_either(run, pool, ksize, strides):
    y = pool(np.zeros((2, 4, 4, 6), np.float32), ksize, strides, "SAME")
    with pytest.raises(errors.UnimplementedError, match=r"height and width|evenly divide"):
        run(y)


@pytest.mark.parametrize("pool", [max_pool, avg_pool])
def test_nothing_in_nothing_out(run, check_gradients, pool):
    assert run(pool(np.zeros((0, 4, 4, 2), np.float32), 2, 2, "SAME")).shape == (0, 2, 2, 2)
    assert run(pool(np.zeros((1, 0, 4, 2), np.float32), 2, 2, "SAME")).shape == (1, 0, 2, 2)


def test_unknown_sizes():
    assert max_pool(placeholder("float32"), 2, 2, "SAME").shape.as_list() == [None] * 4
    y = avg_pool(placeholder("float32", [None, None, 7, 3]), 2, 2, "VALID")
    assert y.shape.as_list() == [None, None, 3, 3]


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda x: max_pool(x, 3, 1, "VALID"), r"subtracting 3 from 2: the window \[3,3\].*\[1,2,2,3\]"),
        (lambda x: avg_pool(x, 3, 1, "VALID"), "subtracting 3 from 2"),
        (lambda x: max_pool(x, 0, 1, "VALID"), "`ksize` cannot be zero"),
        (lambda x: avg_pool(x, 1, [1, 0, 1, 1], "VALID"), "Stride must be > 0, but got 0"),
        (lambda x: max_pool(x, [1, 1, 1], 1, "VALID"), "ksize should be of length 1, 2 or 4"),
        (lambda x: max_pool(x, 2, 2, "valid"), "padding"),
        (lambda x: max_pool(x, 2, 2, "SAME", "NCHW_VECT_C"), "'NHWC' or 'NCHW', got 'NCHW_VECT_C'"),
        (lambda x: max_pool(x, 2, 2, "SAME", input=x), "both 'value' and 'input'"),
        (lambda x: max_pool(constant(0.0, shape=[2, 2, 3]), 2, 2, "SAME"), "rank 4 but is rank 3"),
        (
            lambda x: apply_op(
                "MaxPoolGrad", orig_input=x, orig_output=x, grad=x, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1],
                padding="SAME",
            ),
            r"Expected orig_output shape to be \(1, 1, 1, 3\), but got \(1, 2, 2, 3\)",
        ),
        (
            lambda x: apply_op(
                "AvgPoolGrad", orig_input_shape=[1, 4, 4, 2], grad=x, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1],
                padding="SAME",
            ),
            r"Expected grad shape to be \(1, 2, 2, 2\), but got \(1, 2, 2, 3\)",
        ),
    ],
)  # fmt: skip
def test_refused_while_building(build, text):
    with pytest.raises(ValueError, match=text):
        build(constant(0.0, shape=[1, 2, 2, 3]))


def test_refused_when_run_by_the_same_words(run):
    x, g = placeholder("float32"), placeholder("float32")
    with pytest.raises(errors.InvalidArgumentError, match="subtracting 3 from 2"):
        run(max_pool(x, 3, 1, "VALID"), {x: np.zeros((1, 2, 2, 1))})
    attrs = {"ksize": [1, 2, 2, 1], "strides": [1, 2, 2, 1], "padding": "SAME"}
    dx = apply_op("MaxPoolGrad", orig_input=x, orig_output=max_pool(x, 2, 2, "SAME"), grad=g, **attrs)
    with pytest.raises(errors.InvalidArgumentError, match=r"Expected grad shape to be \(1, 1, 1, 1\), but got"):
        run(dx, {x: np.zeros((1, 2, 2, 1)), g: np.zeros((1, 2, 2, 1))})
    with pytest.raises(errors.InvalidArgumentError, match="rank 4 but is rank 2"):
        run(avg_pool(x, 2, 2, "SAME"), {x: np.zeros((2, 2))})
