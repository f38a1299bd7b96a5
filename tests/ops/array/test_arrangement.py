"""Sorting, placing, diagonals, blocks, patches: values against NumPy, derivatives, former ops, refusals."""

from __future__ import annotations

import numpy as np
import pytest

import convflow as tf
from convflow.core import dtypes, errors
from convflow.graph.apply import apply_op

X = np.random.default_rng(3).normal(size=(2, 3, 4))
PICTURE = np.random.default_rng(4).normal(size=(1, 4, 6, 2))
VOLUME = np.random.default_rng(5).normal(size=(1, 2, 3, 4, 1))


def _moved_blocks(x):
    batch, height, width, depth = x.shape
    blocks = [x[:, i::2, j::2] for i in range(2) for j in range(2)]
    return np.concatenate(blocks, -1).reshape(batch, height // 2, width // 2, 4 * depth)


def _patches(x):
    places = [[x[:, i : i + 2, j : j + 3].reshape(1, -1) for j in range(x.shape[2] - 2)] for i in range(x.shape[1] - 1)]
    return np.stack([np.stack(row, 1) for row in places], 1)


def _changed(x, places, updates, how):
    result = x.copy()
    for place, update in zip(places, updates, strict=True):
        result[tuple(place)] = how(result[tuple(place)], update)
    return result


PLACES = [[0, 1], [1, 2], [0, 0]]
UPDATES = np.arange(12.0).reshape(3, 4) / 7
CASES = {
    "top_k": (lambda x: tf.nn.top_k(x, 2).values, lambda x: -np.sort(-x)[..., :2]),
    "sort": (lambda x: tf.sort(x, axis=1), lambda x: np.sort(x, 1)),
    "sort down": (lambda x: tf.sort(x, axis=0, direction="DESCENDING"), lambda x: -np.sort(-x, 0)),
    "roll": (lambda x: tf.roll(x, [1, -2], [0, 2]), lambda x: np.roll(x, [1, -2], [0, 2])),
    "reverse_sequence": (
        lambda x: tf.reverse_sequence(x, [3, 2], seq_axis=2),
        lambda x: np.stack([np.r_["1", x[i, :, :n][:, ::-1], x[i, :, n:]] for i, n in enumerate([3, 2])]),
    ),
    "repeat": (lambda x: tf.repeat(x, [2, 0, 1], axis=1), lambda x: np.repeat(x, [2, 0, 1], 1)),
    "repeat all alike": (lambda x: tf.repeat(x, 2, axis=-1), lambda x: np.repeat(x, 2, -1)),
    "gather_nd": (
        lambda x: tf.gather_nd(x, [[[2, 0], [1, 3]], [[0, 0], [0, 0]]], batch_dims=1),
        lambda x: np.array([[x[0, 2, 0], x[0, 1, 3]], [x[1, 0, 0], x[1, 0, 0]]]),
    ),
    "batch_gather": (
        lambda x: tf.batch_gather(x, [[2, 0], [1, 1]]),
        lambda x: np.stack([x[0][[2, 0]], x[1][[1, 1]]]),
    ),
    "tensor_scatter_nd_update": (
        lambda x: tf.tensor_scatter_nd_update(x, PLACES, UPDATES),
        lambda x: _changed(x, PLACES, UPDATES, lambda old, new: new),
    ),
    "tensor_scatter_nd_sub": (
        lambda x: tf.tensor_scatter_nd_sub(x, PLACES, UPDATES),
        lambda x: _changed(x, PLACES, UPDATES, np.subtract),
    ),
    "tensor_scatter_nd_max": (
        lambda x: tf.tensor_scatter_nd_max(x, PLACES, UPDATES),
        lambda x: _changed(x, PLACES, UPDATES, np.maximum),
    ),
    "diag": (lambda x: tf.diag(x[0, 0]), lambda x: np.diag(x[0, 0])),
    "diag_part": (lambda x: tf.diag_part(x[0, :, :3]), lambda x: np.diag(x[0, :, :3])),
    "matrix_diag": (
        lambda x: tf.matrix_diag(x, k=-1),
        lambda x: np.stack([[np.diag(row, -1) for row in rows] for rows in x]),
    ),
    "matrix_diag_part": (lambda x: tf.matrix_diag_part(x, k=1), lambda x: np.diagonal(x, 1, 1, 2)),
    "matrix_band_part": (lambda x: tf.matrix_band_part(x, 1, 0), lambda x: np.tril(np.triu(x, -1))),
    "dynamic_partition": (lambda x: tf.dynamic_partition(x, [1, 0], 2)[1], lambda x: x[:1]),
    "ensure_shape": (lambda x: tf.ensure_shape(x, [2, None, 4]), lambda x: x),
    "check_numerics": (lambda x: tf.check_numerics(x, "x"), lambda x: x),
    "identity_n": (lambda x: tf.identity_n([x, 1])[0], lambda x: x),
}
PICTURES = {
    "space_to_depth": (lambda x: tf.space_to_depth(x, 2), _moved_blocks),
    "space_to_depth NCHW": (
        lambda x: tf.space_to_depth(tf.transpose(x, [0, 3, 1, 2]), 2, data_format="NCHW"),
        lambda x: _moved_blocks(x).transpose(0, 3, 1, 2),
    ),
    "depth_to_space": (lambda x: tf.depth_to_space(tf.space_to_depth(x, 2), 2), lambda x: x),
    "depth_to_space NCHW": (
        lambda x: tf.depth_to_space(
            tf.space_to_depth(tf.transpose(x, [0, 3, 1, 2]), 2, data_format="NCHW"), 2, data_format="NCHW"
        ),
        lambda x: x.transpose(0, 3, 1, 2),
    ),
    "extract_image_patches": (
        lambda x: tf.extract_image_patches(x, [1, 2, 3, 1], [1, 1, 1, 1], [1, 1, 1, 1], "VALID"),
        _patches,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_values(run, name):
    build, expected = CASES[name]
    np.testing.assert_allclose(run(build(tf.constant(X))), expected(X))


@pytest.mark.parametrize("name", PICTURES)
def test_values_of_pictures(run, name):
    build, expected = PICTURES[name]
    np.testing.assert_allclose(run(build(tf.constant(PICTURE))), expected(PICTURE))


@pytest.mark.parametrize("name", CASES)
def test_derivatives(check_gradients, name):
    check_gradients(CASES[name][0], X)


@pytest.mark.parametrize("name", PICTURES)
def test_derivatives_of_pictures(check_gradients, name):
    check_gradients(PICTURES[name][0], PICTURE)


def test_derivatives_of_patches_with_margins(check_gradients):
    check_gradients(
        lambda x: tf.extract_image_patches(x, [1, 3, 2, 1], [1, 2, 3, 1], [1, 2, 1, 1], "SAME"), PICTURE, order=1
    )
    check_gradients(lambda x: tf.extract_volume_patches(x, [1, 2, 2, 2, 1], [1, 1, 2, 1, 1], "SAME"), VOLUME, order=1)


@pytest.mark.parametrize("how", ["update", "add", "sub", "min"])
def test_derivatives_by_updates(check_gradients, how):
    function = getattr(tf, f"tensor_scatter_nd_{how}")
    check_gradients(lambda x, u: function(x, PLACES, u), X, UPDATES + 0.01)


@pytest.mark.parametrize("align", ["RIGHT_LEFT", "LEFT_RIGHT", "LEFT_LEFT", "RIGHT_RIGHT"])
def test_derivatives_of_several_diagonals(check_gradients, align):
    check_gradients(lambda x: tf.matrix_diag(x, k=(-1, 1), num_rows=4, align=align), X, order=1)
    check_gradients(lambda x: tf.matrix_diag_part(x, k=(-1, 2), align=align), X)
    check_gradients(lambda x, d: tf.matrix_set_diag(x, d, k=(-1, 0), align=align), X, X[:, :2, :3])


@pytest.mark.parametrize("version", ["", "V2", "V3"])
def test_former_ops_of_diagonals(run, check_gradients, version):
    """MatrixDiag, MatrixDiagV2, MatrixDiagPart, MatrixDiagPartV2, MatrixSetDiag, MatrixSetDiagV2."""

    def settings(**rest):
        return {"k": 0, **rest} if version else {}

    def build(x):
        sizes = settings(num_rows=-1, num_cols=-1, padding_value=0.0)
        return apply_op(f"MatrixDiag{version}", diagonal=x, **sizes)

    def part(x):
        return apply_op(f"MatrixDiagPart{version}", input=x, **settings(padding_value=0.0))

    def put(x, diagonal):
        return apply_op(f"MatrixSetDiag{version}", input=x, diagonal=diagonal, **settings())

    x = tf.constant(X)
    np.testing.assert_array_equal(run(part(x)), np.diagonal(X, 0, 1, 2))
    np.testing.assert_array_equal(run(part(build(x))), X)
    np.testing.assert_array_equal(run(part(put(x, x[:, 0, :3]))), X[:, 0, :3])
    check_gradients(build, X, order=1)
    check_gradients(part, X, order=1)
    check_gradients(put, X, X[:, 0, :3], order=1)


def test_former_ops_of_largest_elements(run, check_gradients):
    values, indices = apply_op("TopK", input=X, k=2)
    found = run([values, indices])
    np.testing.assert_array_equal(found[0], -np.sort(-X)[..., :2])
    np.testing.assert_array_equal(found[1], np.argsort(-X, axis=-1)[..., :2])
    check_gradients(lambda x: apply_op("TopK", input=x, k=2)[0], X)
    hits = apply_op("InTopK", predictions=np.float32([[0.1, 0.9], [0.8, 0.2]]), targets=[1, 1], k=1)
    assert run(hits).tolist() == [True, False]


def test_unique_slices(run):
    rows = np.array([[1, 2], [3, 4], [1, 2]])
    y, idx, count = run(apply_op("UniqueWithCountsV2", x=rows, axis=[0]))
    assert (y.tolist(), idx.tolist(), count.tolist()) == ([[1, 2], [3, 4]], [0, 1, 0], [2, 1])
    y, idx = run(apply_op("UniqueV2", x=rows, axis=[1], out_idx=dtypes.int64))
    assert (y.tolist(), idx.tolist(), idx.dtype) == (rows.tolist(), [0, 1], np.int64)
    with pytest.raises(ValueError, match="unique without an axis expects a vector"):
        apply_op("UniqueV2", x=rows, axis=np.zeros(0, np.int32))


def test_nan_is_never_the_same(run):
    assert run(tf.unique(tf.constant([np.nan, 1.0, np.nan])))[1].tolist() == [0, 1, 2]


def test_prevent_gradient():
    x = tf.constant([1.0, 2.0])
    y = apply_op("PreventGradient", input=x, message="because")
    with pytest.raises(LookupError, match=r"Gradient explicitly disabled\. Reason: because"):
        tf.gradients(y, x)


def test_assignment_to_parts_of_a_variable(run):
    matrix = tf.Variable(np.zeros((3, 4), np.float32))
    run(matrix.initializer)
    run(matrix[1, 1:3].assign([1.0, 2.0]))
    run(matrix[::-2, 3].assign([5.0, 6.0]))
    assert run(matrix).tolist() == [[0, 0, 0, 6], [0, 1, 2, 0], [0, 0, 0, 5]]
    with pytest.raises(ValueError, match=r"The value has shape \(3,\), the slice of the variable \(3, 4\) has \(2,\)"):
        matrix[1, 1:3].assign([1.0, 2.0, 3.0])


def test_string_variables_in_parts(run):
    words = tf.Variable(["a", "b", "c"])
    run(words.initializer)
    run(words[::2].assign(["x", "y"]))
    assert run(words).tolist() == [b"x", b"b", b"y"]


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda x: tf.nn.top_k(x, 5), "input must have at least k columns. Had 4, needed 5"),
        (lambda x: tf.nn.in_top_k(np.zeros((2, 3), np.float32), [1], 1), "must have one row each"),
        (lambda x: tf.sort(x, direction="UP"), "should be one of 'ASCENDING' or 'DESCENDING'. Received: UP"),
        (lambda x: tf.unique(x), r"must be a vector but has shape \(2, 3, 4\)"),
        (lambda x: tf.roll(x, [1, 2], 0), r"shift and axis must have the same shape, but have \(2,\) and \(\)"),
        (lambda x: tf.reverse_sequence(x, [1, 9], 2), "seq_lengths must lie between 0 and 4"),
        (lambda x: tf.tensor_scatter_nd_add(x, [[0, 0]], [[1.0] * 3]), r"updates has shape \(1, 3\)"),
        (lambda x: tf.tensor_scatter_nd_add(x, [[0] * 4], [1.0]), "saw 4 coordinates for 3"),
        (lambda x: tf.diag_part(x), "Input must have even and non-zero rank"),
        (lambda x: tf.matrix_diag_part(x, k=4), "out of bound: 4. It must be between -3 and 4 for 3 x 4"),
        (lambda x: tf.matrix_set_diag(x, x), "Shape of diagonal must be rank 2 but is rank 3"),
        (lambda x: tf.matrix_diag(x, num_rows=2), "num_rows is too small: 2, the diagonals need at least 4"),
        (lambda x: tf.dynamic_partition(x, [0, 1, 1], 2), "data.shape must start with partitions.shape"),
        (lambda x: tf.space_to_depth(PICTURE, 3), "must be evenly divisible by 3 but is 4: the height"),
        (lambda x: tf.extract_image_patches(x, [1] * 4, [1] * 4, [1] * 4, "SAME"), "images must be rank 4 but is"),
        (lambda x: tf.bitcast(np.uint8([1, 2, 3]), tf.int32), "the last axis must have 4 elements"),
        (lambda x: tf.ensure_shape(x, [2, 2]), r"\(2, 3, 4\) is not compatible with expected shape \(2, 2\)"),
        (lambda x: tf.fake_quant_with_min_max_args(np.float32([1]), 1, -1), "min has to be smaller than max"),
        (lambda x: tf.fake_quant_with_min_max_args(np.float32([1]), num_bits=1), "num_bits must be between 2 and 16"),
        (lambda x: tf.quantize([1.0], 0.0, 1.0, tf.quint8, axis=0), "ranges for each slice are not supported"),
        (lambda x: tf.fill([2, -1], 1.0), r"Fill dimensions must be >= 0, got \[2, -1\]"),
        (lambda x: tf.repeat(x, [[1]], axis=0), r"must be a scalar or a vector, has shape \(1, 1\)"),
        (lambda x: tf.gather_nd(x, [[0]], batch_dims=2), r"batch_dims = 2 must be less than rank\(indices\) = 2"),
        (lambda x: tf.meshgrid([1], [2], indexing="yx"), "must be either 'xy' or 'ij', got 'yx'"),
        (lambda x: tf.searchsorted([1], [2], side="middle"), "must be either 'right' or 'left'"),
        (lambda x: tf.broadcast_static_shape(tf.TensorShape([2]), tf.TensorShape([3])), "cannot be broadcast together"),
    ],
)
def test_refusals_while_building(build, text):
    with pytest.raises(ValueError, match=text):
        build(tf.constant(X))


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda x: tf.nn.top_k(x, 5), "input must have at least k columns. Had 4, needed 5"),
        (lambda x: tf.roll(x, 1, 3), "axis 3 is out of range"),
        (lambda x: tf.matrix_band_part(x, 9, 0), "num_lower must be negative or at most 3"),
        (lambda x: tf.tensor_scatter_nd_update(x, [[2]], x[:1]), r"indices holds \[2\]"),
        (lambda x: tf.dynamic_partition(x, [0, 2], 2), r"partitions holds 2, which is not in \[0, 2\)"),
        (lambda x: tf.unravel_index([99], [3, 4]), "index is out of bound as with dims"),
        (lambda x: tf.ensure_shape(x, [None, 2, None]), "is not compatible with expected shape"),
        (lambda x: tf.diag_part(x), "Input must have even and non-zero rank"),
    ],
)
def test_refusals_in_running(run, build, text):
    x = tf.placeholder(tf.float64)
    with pytest.raises(errors.InvalidArgumentError, match=text):
        run(build(x), {x: X})


def test_numbers_that_are_none_are_found_and_placed(run):
    x = tf.placeholder(tf.float32, [2, 2], name="x")
    checked = tf.check_numerics(x, "the weights")
    with pytest.raises(errors.InvalidArgumentError) as caught:
        run(checked, {x: [[1.0, np.nan], [np.inf, 2.0]]})
    text = str(caught.value)
    assert "the weights : Tensor had Inf and NaN values" in text
    assert "x:0 of shape [2, 2] has 1 NaN and 1 Inf among 4 elements, the first at [0, 1]" in text
    assert "test_arrangement.py" in text


def test_a_sum_beyond_the_range_is_no_infinity(run):
    huge = tf.constant(np.full(4, 3e38, np.float32))
    assert np.isfinite(run(tf.check_numerics(huge, "huge"))).all()


def test_every_number_of_a_graph_is_checked(run):
    x = tf.placeholder(tf.float32, [], name="x")
    y = tf.log(x, name="logarithm")
    check = tf.add_check_numerics_ops()
    run([y, check], {x: 1.0})
    with pytest.raises(errors.InvalidArgumentError, match="logarithm:0 : Tensor had NaN values"):
        run([y, check], {x: -1.0})


@pytest.mark.parametrize("kind", ["quint8", "qint8", "quint16", "qint16"])
@pytest.mark.parametrize("mode", ["MIN_COMBINED", "MIN_FIRST", "SCALED"])
def test_quantized_numbers_come_back(run, kind, mode):
    x = np.float32([0, 0.25, 0.33, 1.9, 2]) if mode == "SCALED" else np.float32([-1, 0, 0.33, 1.9, 2])
    steps = 255 if kind.endswith("8") else 65535
    found = tf.quantize(x, -1.0 if mode != "SCALED" else 0.0, 2.0, getattr(tf, kind), mode=mode)
    back = run(tf.dequantize(*found, mode=mode))
    np.testing.assert_allclose(back, x, atol=2 * 4 / steps)


def test_quantized_numbers_are_tensorflows(run):
    x = tf.constant([-1.5, -1, 0, 0.33, 2])
    expected = {
        ("quint8", "MIN_COMBINED"): [0, 0, 85, 113, 255],
        ("qint8", "MIN_COMBINED"): [-128, -128, -43, -15, 127],
        ("quint8", "MIN_FIRST"): [0, 0, 85, 113, 255],
        ("qint8", "MIN_FIRST"): [-128, -128, -43, -15, 127],
        ("quint8", "SCALED"): [0, 0, 0, 42, 255],
        ("qint8", "SCALED"): [-95, -64, 0, 21, 127],
        ("qint16", "MIN_COMBINED"): [-32768, -32768, -10923, -3714, 32767],
        ("quint16", "SCALED"): [0, 0, 0, 10813, 65535],
    }
    for (kind, mode), integers in expected.items():
        output, low, high = run(tf.quantize(x, -1.0, 2.0, getattr(tf, kind), mode=mode))
        assert output.tolist() == integers, (kind, mode)
        assert (low, high) == (pytest.approx({"qint8": -2.015748}.get(kind, 0.0)), 2.0) or mode != "SCALED"


def test_nothing_of_a_slice_is_broadcast(run):
    x = tf.placeholder(tf.float32)
    with pytest.raises(errors.InvalidArgumentError, match="value must be rank 0 but is rank 1"):
        run(tf.fill([2], x), {x: [1.0, 2.0]})
