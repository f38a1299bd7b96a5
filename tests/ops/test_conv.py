import ml_dtypes
import numpy as np
import pytest

from convflow.core import dtypes, errors
from convflow.graph.apply import apply_op
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder
from convflow.ops.conv import conv2d, conv2d_backprop_filter, conv2d_backprop_input
from convflow.ops.conv_transpose import conv2d_transpose

RANDOM = np.random.default_rng(3)


def numpy_conv(x, w, strides=(1, 1), padding="SAME", dilations=(1, 1)):
    """Place by place, window element by window element, in float64; groups where channels ask for them."""
    x, w = x.astype(np.float64), w.astype(np.float64)
    pads, counts = [(0, 0)], []
    for axis in (0, 1):
        size, span = x.shape[1 + axis], (w.shape[axis] - 1) * dilations[axis] + 1
        if padding == "SAME":
            count = -(-size // strides[axis])
            missing = max((count - 1) * strides[axis] + span - size, 0)
            pads.append((missing // 2, missing - missing // 2))
        else:
            pad = (0, 0) if padding == "VALID" else padding[1 + axis]
            count = (size + sum(pad) - span) // strides[axis] + 1
            pads.append(tuple(pad))
        counts.append(count)
    x = np.pad(x, [*pads, (0, 0)])
    depth, filters = w.shape[2:]
    groups = x.shape[3] // depth
    y = np.zeros((x.shape[0], *counts, filters))
    for row, column in np.ndindex(*counts):
        for i, j in np.ndindex(*w.shape[:2]):
            at = x[:, row * strides[0] + i * dilations[0], column * strides[1] + j * dilations[1]]
            for group in range(groups):
                own = slice(group * filters // groups, (group + 1) * filters // groups)
                y[:, row, column, own] += at[:, group * depth : (group + 1) * depth] @ w[i, j, :, own]
    return y


def rounded(shape, dtype):
    return RANDOM.normal(size=shape).astype(dtype)


def nchw(x):
    return np.ascontiguousarray(x.transpose(0, 3, 1, 2))


CASES = [
    # input, filter, strides, padding, dilations
    ((2, 7, 8, 3), (3, 3, 3, 4), (1, 1), "SAME", (1, 1)),
    ((2, 7, 8, 3), (3, 3, 3, 4), (2, 2), "SAME", (1, 1)),
    ((1, 8, 5, 1), (2, 4, 1, 3), (1, 2), "SAME", (1, 1)),
    ((3, 6, 6, 2), (5, 5, 2, 1), (1, 1), "VALID", (1, 1)),
    ((2, 9, 11, 2), (3, 2, 2, 3), (1, 1), "VALID", (2, 3)),
    ((2, 9, 11, 2), (3, 2, 2, 3), (1, 1), "SAME", (3, 2)),
    ((1, 5, 6, 2), (3, 3, 2, 2), (2, 1), [[0, 0], [1, 2], [0, 3], [0, 0]], (1, 1)),
    ((2, 5, 5, 4), (3, 3, 2, 6), (1, 1), "SAME", (1, 1)),
    ((2, 4, 4, 4), (2, 2, 1, 4), (2, 2), "VALID", (1, 1)),
    ((1, 1, 1, 3), (1, 1, 3, 2), (1, 1), "VALID", (1, 1)),
    ((2, 3, 3, 2), (7, 7, 2, 2), (1, 1), "SAME", (1, 1)),
    ((2, 7, 7, 2), (1, 1, 2, 3), (3, 2), "SAME", (1, 1)),
]


def transposed_padding(padding):
    return padding if isinstance(padding, str) else [padding[i] for i in (0, 3, 1, 2)]


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 1e-5)])
@pytest.mark.parametrize("case", CASES)
def test_values(run, case, dtype, tolerance):
    input, filter, strides, padding, dilations = case
    x, w = rounded(input, dtype), rounded(filter, dtype)
    expected = numpy_conv(x, w, strides, padding, dilations)
    y = conv2d(x, w, strides, padding, dilations=dilations)
    assert y.shape.as_list() == list(expected.shape)
    value = run(y)
    assert value.dtype == dtype and value.flags.c_contiguous
    np.testing.assert_allclose(value, expected, rtol=tolerance, atol=tolerance)
    first = conv2d(nchw(x), w, strides, transposed_padding(padding), data_format="NCHW", dilations=dilations)
    assert first.shape.as_list() == list(nchw(expected).shape)
    np.testing.assert_allclose(run(first), nchw(expected), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("case", CASES[:3])
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float16, 3e-3), (ml_dtypes.bfloat16, 2e-2)])
def test_half_precision_is_rounded_once(run, case, dtype, tolerance):
    input, filter, strides, padding, _ = case
    x, w = rounded(input, dtype), rounded(filter, dtype)
    value = run(conv2d(x, w, strides, padding))
    assert value.dtype == dtype
    expected = numpy_conv(x, w, strides, padding)
    np.testing.assert_allclose(value.astype(np.float64), expected, rtol=tolerance, atol=tolerance)


def test_integers(run):
    x, w = RANDOM.integers(-9, 9, (1, 5, 4, 2), np.int32), RANDOM.integers(-9, 9, (3, 3, 2, 3), np.int32)
    np.testing.assert_array_equal(run(conv2d(x, w, 1, "SAME")), numpy_conv(x, w))
    gradient = run(conv2d_backprop_input([1, 5, 4, 2], w, run(conv2d(x, w, 1, "SAME")), [1, 1, 1, 1], "SAME"))
    expected = run(conv2d_backprop_input([1, 5, 4, 2], w.astype(float), numpy_conv(x, w), [1, 1, 1, 1], "SAME"))
    assert gradient.dtype == np.int32
    np.testing.assert_array_equal(gradient, expected)


@pytest.mark.parametrize("case", [case for case in CASES if np.prod(case[0]) * np.prod(case[1]) < 3000])
def test_first_and_second_derivatives(check_gradients, case):
    input, filter, strides, padding, dilations = case
    check_gradients(
        lambda x, w: conv2d(x, w, strides, padding, dilations=dilations),
        RANDOM.normal(size=input),
        RANDOM.normal(size=filter),
    )


def test_derivatives_nchw(check_gradients):
    check_gradients(
        lambda x, w: conv2d(x, w, [1, 1, 2, 1], "SAME", data_format="NCHW"),
        RANDOM.normal(size=(1, 2, 4, 3)),
        RANDOM.normal(size=(2, 3, 2, 2)),
    )


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16"])
@pytest.mark.parametrize("case", CASES)
def test_backprops_are_the_adjoints_in_every_type(run, case, dtype):
    """<conv(x, w), g> == <x, backprop_input(g)> == <w, backprop_filter(g)>, in and out of float64."""
    input, filter, strides, padding, dilations = case
    dtype = dtypes.as_dtype(dtype).as_numpy_dtype
    x, w = rounded(input, dtype), rounded(filter, dtype)
    y = numpy_conv(x, w, strides, padding, dilations)
    g = rounded(y.shape, dtype)
    options = {"strides": [1, *strides, 1], "padding": padding, "dilations": [1, *dilations, 1]}
    dx, dw = run([conv2d_backprop_input(input, w, g, **options), conv2d_backprop_filter(x, filter, g, **options)])
    assert dx.shape == input and dw.shape == filter and dx.dtype == dw.dtype == dtype
    expected = np.sum(y * g.astype(float))
    scale = np.abs(y).sum() * {8: 1e-12, 4: 1e-5}.get(dx.itemsize, 2e-2)
    assert np.sum(dx.astype(float) * x.astype(float)) == pytest.approx(expected, abs=scale)
    assert np.sum(dw.astype(float) * w.astype(float)) == pytest.approx(expected, abs=scale)


def test_sizes_of_a_picture_are_enough(run):
    w, g = rounded((3, 3, 2, 4), "float32"), rounded((2, 3, 3, 4), "float32")
    full, short = (conv2d_backprop_input(sizes, w, g, [1, 2, 2, 1], "SAME") for sizes in ([2, 5, 6, 2], [5, 6]))
    assert short.shape.as_list() == [2, 5, 6, 2]
    np.testing.assert_array_equal(*run([full, short]))


def test_transpose_is_the_input_gradient(run):
    w, g = rounded((3, 3, 2, 4), "float32"), rounded((1, 4, 4, 4), "float32")
    up = conv2d_transpose(g, w, [1, 8, 8, 2], strides=2)
    assert up.shape.as_list() == [1, 8, 8, 2]
    same = conv2d_backprop_input([1, 8, 8, 2], w, g, [1, 2, 2, 1], "SAME")
    np.testing.assert_array_equal(*run([up, same]))


@pytest.mark.parametrize("shape", [(0, 4, 4, 2), (2, 0, 4, 2)])
def test_nothing_in_nothing_out(run, shape):
    w = rounded((3, 3, 2, 5), "float32")
    y = run(conv2d(np.zeros(shape, np.float32), w, 1, "SAME"))
    assert y.shape == (*shape[:3], 5)
    dx, dw = run(
        [
            conv2d_backprop_input(shape, w, y, [1, 1, 1, 1], "SAME"),
            conv2d_backprop_filter(np.zeros(shape, np.float32), w.shape, y, [1, 1, 1, 1], "SAME"),
        ]
    )
    assert dx.shape == shape
    np.testing.assert_array_equal(dw, np.zeros(w.shape))


def test_unknown_sizes(run):
    x, w = placeholder("float32"), placeholder("float32", [3, 3, None, 4])
    assert conv2d(x, w, 1, "SAME").shape.as_list() == [None, None, None, 4]
    x = placeholder("float32", [None, None, 8, 3])
    assert conv2d(x, w, 2, "VALID").shape.as_list() == [None, None, 3, 4]
    assert conv2d(x, placeholder("float32"), [1, 2], "SAME").shape.as_list() == [None, None, 4, None]
    y = conv2d(x, w, 2, "VALID")
    assert run(y, {x: np.ones((1, 5, 8, 3)), w: np.ones((3, 3, 3, 4))}).shape == (1, 2, 3, 4)
    sizes = placeholder("int32", [4])
    x, g = placeholder("float32", [2, None, 8, 3]), placeholder("float32", [2, 5, 8, 4])
    assert conv2d_backprop_input(sizes, w, g, [1, 1, 1, 1], "SAME").shape.as_list() == [2, None, None, None]
    assert conv2d_backprop_filter(x, sizes, g, [1, 1, 1, 1], "SAME").shape.as_list() == [None] * 4


def zeros(*shape, dtype="float32"):
    return constant(0, dtype, shape)


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (
            lambda: conv2d(zeros(1, 5, 5, 3), zeros(3, 3, 4, 2), 1, "SAME"),
            r"Depth of input \(3\) is not a multiple of input depth of filter \(4\): input \[1,5,5,3\] \(NHWC\), "
            r"filter \[3,3,4,2\]",
        ),
        (
            lambda: conv2d(zeros(1, 5, 5, 4), zeros(3, 3, 2, 5), 1, "SAME"),
            r"Depth of output \(5\) is not a multiple of the number of groups \(2\)",
        ),
        (
            lambda: conv2d(zeros(1, 2, 2, 3), zeros(3, 3, 3, 2), 1, "VALID"),
            r"Negative dimension size caused by subtracting 3 from 2: the window \[3,3\].*\[1,2,2,3\]",
        ),
        (lambda: conv2d(zeros(1, 2, 2, 3), zeros(3, 3, 3, 2), [1, 0, 1, 1], "SAME"), "Stride must be > 0"),
        (lambda: conv2d(zeros(2, 2, 3), zeros(3, 3, 3, 2), 1, "SAME"), "Shape of input must be rank 4"),
        (lambda: conv2d(zeros(1, 2, 2, 3), zeros(3, 3, 3), 1, "SAME"), "Shape of filter must be rank 4"),
        (lambda: conv2d(zeros(1, 2, 2, 0), zeros(3, 3, 0, 2), 1, "SAME"), "Depth of filter must not be 0"),
        (lambda: conv2d(zeros(1, 2, 2, 3), zeros(3, 3, 3, 2), 1, "same"), "padding"),
        (
            lambda: conv2d_backprop_input([1, 5, 5, 3], zeros(3, 3, 3, 2), zeros(1, 4, 4, 2), [1, 1, 1, 1], "SAME"),
            r"out_backprop is \[1,4,4,2\], but convolving an input \[1,5,5,3\] with a filter \[3,3,3,2\].*"
            r"gives \[1,5,5,2\]",
        ),
        (
            lambda: conv2d_backprop_input([5, 5, 3], zeros(3, 3, 3, 2), zeros(1, 5, 5, 2), [1, 1, 1, 1], "SAME"),
            "4 values or 2 values, but got: 3",
        ),
        (
            lambda: conv2d_backprop_filter(zeros(2, 5, 5, 3), [3, 3, 3, 2], zeros(1, 5, 5, 2), [1, 1, 1, 1], "SAME"),
            r"out_backprop is \[1,5,5,2\].*gives \[2,5,5,2\]",
        ),
        (lambda: conv2d(zeros(1, 2, 2, 3), zeros(3, 3, 3, 2), 1, "SAME", filters=1), "both 'filter' and 'filters'"),
    ],
)  # fmt: skip
def test_refused_while_building(build, text):
    with pytest.raises(ValueError, match=text):
        build()


def test_types_are_not_mixed():
    with pytest.raises(TypeError, match=r"filter.*float64.*float32"):
        conv2d(zeros(1, 2, 2, 3), zeros(3, 3, 3, 2, dtype="float64"), 1, "SAME")
    with pytest.raises(TypeError, match="padding"):
        conv2d(zeros(1, 2, 2, 3), zeros(3, 3, 3, 2), 1)


def test_refused_when_run_by_the_same_words(run):
    x, w = placeholder("float32"), placeholder("float32")
    y = conv2d(x, w, 1, "VALID", name="features")
    with pytest.raises(errors.InvalidArgumentError, match=r"Depth of input \(3\).*(?s:.*)features"):
        run(y, {x: np.ones((1, 5, 5, 3)), w: np.ones((3, 3, 4, 2))})
    with pytest.raises(errors.InvalidArgumentError, match="subtracting 3 from 2"):
        run(y, {x: np.ones((1, 2, 2, 3)), w: np.ones((3, 3, 3, 2))})
    with pytest.raises(errors.InvalidArgumentError, match="rank 4 but is rank 3"):
        run(y, {x: np.ones((2, 2, 3)), w: np.ones((3, 3, 3, 2))})
    g = placeholder("float32")
    dx = conv2d_backprop_input(placeholder("int32", name="sizes"), w, g, [1, 1, 1, 1], "SAME")
    with pytest.raises(errors.InvalidArgumentError, match=r"gives \[1,5,5,2\]"):
        run(dx, {"sizes:0": [1, 5, 5, 3], w: np.ones((3, 3, 3, 2)), g: np.ones((1, 4, 4, 2))})
    dw = conv2d_backprop_filter(x, placeholder("int32", name="shape"), g, [1, 1, 1, 1], "SAME")
    with pytest.raises(errors.InvalidArgumentError, match=r"gives \[1,5,5,2\]"):
        run(dw, {x: np.ones((1, 5, 5, 3)), "shape:0": [3, 3, 3, 2], g: np.ones((1, 5, 5, 4))})


def test_strides_over_the_batch_are_not_implemented(run):
    y = conv2d(zeros(2, 2, 2, 3), zeros(3, 3, 3, 2), [2, 1, 1, 1], "SAME")
    with pytest.raises(errors.UnimplementedError, match=r"batch and depth dimensions, got strides=\[2, 1, 1, 1\]"):
        run(y)


def test_attributes_reach_the_gradient_nodes():
    x, w = zeros(1, 6, 6, 2), zeros(3, 3, 2, 2)
    y = conv2d(x, w, [1, 2, 1, 1], [[0, 0], [1, 0], [0, 1], [0, 0]], dilations=[1, 1, 2, 1])
    dx, dw = y.op.definition.gradient(y.op, apply_op("ZerosLike", x=y))
    for op in (dx.op, dw.op):
        for name in ("strides", "padding", "explicit_paddings", "dilations", "data_format"):
            assert op.attrs[name] == y.op.attrs[name]
