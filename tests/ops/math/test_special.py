"""Special functions, bits, products without NaN, sums of many: derivatives, values that no case records, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest

import convflow as tf
from convflow.core import dtypes, errors
from convflow.graph.apply import apply_op
from convflow.ops.array.placeholder import placeholder
from convflow.ops.math import bitwise, comparison, histogram, incomplete

X = np.array([[0.31, 0.72, -0.45], [0.64, -0.13, 0.86]])
POSITIVE = np.abs(X) + 0.4
ANYWHERE = [
    "tan", "asin", "acos", "atan", "sinh", "cosh", "asinh", "atanh", "expm1", "erf", "erfc", "math.erfinv",
    "math.bessel_i0", "math.bessel_i0e", "math.bessel_i1", "math.bessel_i1e", "log_sigmoid", "math.reciprocal_no_nan",
    "math.reduce_euclidean_norm", "math.reduce_variance", "math.reduce_std", "math.cumulative_logsumexp",
]  # fmt: skip


def function(path):
    found = tf
    for part in path.split("."):
        found = getattr(found, part)
    return found


@pytest.mark.parametrize("path", ANYWHERE)
def test_derivatives(check_gradients, path):
    order = 1 if path in ("log_sigmoid",) else 2
    check_gradients(function(path), X, order=order, tolerance=1e-5)


@pytest.mark.parametrize("path", ["lgamma", "digamma", "math.ndtri", "lbeta", "math.erfcinv"])
def test_derivatives_on_the_right(check_gradients, path):
    check_gradients(function(path), POSITIVE / 1.5, tolerance=1e-4)


def test_acosh_has_a_derivative(check_gradients):
    check_gradients(tf.acosh, POSITIVE + 1, tolerance=1e-5)


@pytest.mark.parametrize(
    "path", ["atan2", "math.xlogy", "math.xdivy", "math.xlog1py", "math.multiply_no_nan", "div_no_nan"]
)
@pytest.mark.parametrize("stretched", [False, True])
def test_derivatives_of_two(check_gradients, path, stretched):
    check_gradients(function(path), X, POSITIVE[:1] if stretched else POSITIVE, tolerance=1e-5)


def test_derivatives_of_incomplete_integrals(check_gradients):
    check_gradients(tf.igamma, POSITIVE + 1, POSITIVE * 2, order=1, tolerance=1e-5)
    check_gradients(tf.igammac, POSITIVE + 1, POSITIVE[:1] * 2, order=1, tolerance=1e-5)
    check_gradients(
        lambda x: tf.betainc(tf.constant(POSITIVE + 1), tf.constant(POSITIVE + 2), x), POSITIVE / 2, order=1
    )


def test_derivatives_of_polygamma_and_zeta(check_gradients):
    check_gradients(lambda x: tf.polygamma(tf.constant(2.0, tf.float64), x), POSITIVE, tolerance=1e-4)
    check_gradients(lambda q: tf.zeta(tf.constant([[2.5], [3.0]], tf.float64), q), POSITIVE[:1], tolerance=1e-5)


def test_the_derivative_of_the_incomplete_gamma_integral_by_a(run):
    a = np.array([0.3, 0.5, 2.0, 10.0, 50.0, 3.0, 1e-3])
    x = np.array([0.1, 4.0, 2.0, 30.0, 45.0, 1e-3, 0.2])
    step = 1e-5 * a
    slope = (run(tf.igamma(a + step, x)) - run(tf.igamma(a - step, x))) / (2 * step)
    np.testing.assert_allclose(run(incomplete.igamma_grad_a(a, x)), slope, rtol=1e-5, atol=1e-10)
    assert np.isnan(run(apply_op("IgammaGradA", a=[-1.0, 1.0], x=[1.0, -1.0]))).all()


def test_integrals_against_known_values(run):
    x = np.array([0.1, 1.0, 5.0, 40.0, 3e4])
    np.testing.assert_allclose(run(tf.igamma(np.ones(5), x)), 1 - np.exp(-x), rtol=1e-13)
    np.testing.assert_allclose(run(tf.igammac(np.full(5, 0.5), x)), [math.erfc(math.sqrt(v)) for v in x], rtol=1e-11)
    y = np.array([0.0, 0.2, 0.7, 1.0])
    np.testing.assert_allclose(run(tf.betainc(np.full(4, 2.0), np.full(4, 3.0), y)), y * y * (6 - 8 * y + 3 * y * y))


def test_bits(run):
    assert run(bitwise.population_count(np.array([0, 1, 255, -1], np.int16))).tolist() == [0, 1, 8, 16]
    assert run(apply_op("PopulationCount", x=np.array([2**64 - 1], np.uint64))).tolist() == [64]
    top = np.array([2**64 - 1], np.uint64)
    assert run(tf.bitwise.right_shift(top, np.array([60], np.uint64))).tolist() == [15]
    assert run(tf.bitwise.left_shift(top, top)).tolist() == [2**63]
    with pytest.raises(ValueError, match=r"shapes \(2,\) and \(3,\) cannot be broadcast"):
        tf.bitwise.bitwise_and(np.zeros(2, np.int32), np.zeros(3, np.int32))


def test_nearly_equal(run):
    assert run(comparison.approximate_equal([1.0, 1.0], [1.05, 1.2], tolerance=0.1)).tolist() == [True, False]
    with pytest.raises(ValueError, match="Shapes must be equal"):
        comparison.approximate_equal([1.0], [1.0, 2.0])


def test_ops_of_older_graphs(run, check_gradients):
    assert run(apply_op("Div", x=[-7, 7], y=[2, 2])).tolist() == [-3, 3]
    assert run(apply_op("Mod", x=[-7, 7], y=[4, 4])).tolist() == [-3, 3]
    check_gradients(lambda x, y: apply_op("Div", x=x, y=y), X, POSITIVE)
    check_gradients(lambda x: apply_op("Inv", x=x), POSITIVE)
    total = apply_op("AccumulateNV2", inputs=[tf.constant([1.0]), tf.constant([2.0])], shape=[1])
    assert run(total) == 3
    check_gradients(lambda x, y: apply_op("AccumulateNV2", inputs=[x, y], shape=[2, 3]), X, POSITIVE)
    with pytest.raises(ValueError, match=r"input 1 is \(3,\) where \(2,\) is expected"):
        apply_op("AccumulateNV2", inputs=[np.zeros(2), np.zeros(3)], shape=[None])
    assert run(apply_op("Bincount", arr=[1, 1, 3], size=3, weights=[0.5, 1.0, 4.0])).tolist() == [0, 1.5, 0]


def test_clipping_as_one_node(check_gradients, run):
    check_gradients(
        lambda x: apply_op("ClipByValue", t=x, clip_value_min=np.float64(-0.3), clip_value_max=np.float64(0.5)),
        X,
        order=1,
    )
    x, bound = placeholder(dtypes.float32), placeholder(dtypes.float32)
    with pytest.raises(errors.InvalidArgumentError, match="clip_value_min must be a scalar or of the shape of t"):
        run(
            apply_op("ClipByValue", t=x, clip_value_min=bound, clip_value_max=1.0), {x: np.zeros(3), bound: np.zeros(2)}
        )


@pytest.mark.parametrize(
    "clip",
    [
        lambda x: tf.clip_by_norm(x, 0.5),
        lambda x: tf.clip_by_norm(x, 0.5, axes=[1]),
        lambda x: tf.clip_by_global_norm([x, 2.0 * x], 0.5)[0][1],
        lambda x: tf.global_norm([x, x]),
    ],
)
def test_derivatives_of_clipped_norms(check_gradients, clip):
    check_gradients(clip, X, tolerance=1e-5)


def test_clipped_slices(run):
    slices = tf.IndexedSlices(tf.constant([[3.0, 4.0]]), tf.constant([1]))
    clipped, norm = tf.clip_by_global_norm([slices, None], 1.0)
    assert clipped[1] is None and run(norm) == 5
    np.testing.assert_allclose(run(clipped[0].values), [[0.6, 0.8]])
    assert clipped[0].indices is slices.indices
    np.testing.assert_allclose(run(tf.clip_by_norm(slices, 1.0).values), [[0.6, 0.8]])
    np.testing.assert_allclose(run(tf.scalar_mul(2.0, slices).values), [[6.0, 8.0]])


def test_buckets(run):
    assert run(histogram.bucketize([-1.0, 0.0, 5.0, 9.0], [0.0, 5.0])).tolist() == [0, 1, 2, 2]
    with pytest.raises(ValueError, match="Expected sorted boundaries"):
        histogram.bucketize([1.0], [5.0, 0.0])


@pytest.mark.parametrize(
    ("build", "error", "text"),
    [
        (lambda: tf.accumulate_n([np.zeros(2), np.zeros(3)]), ValueError, "incompatible|not compatible"),
        (lambda: tf.accumulate_n([]), ValueError, "inputs must be a list of at least one Tensor"),
        (lambda: tf.accumulate_n([1.0], tensor_dtype=tf.int32), TypeError, "tensor_dtype is int32, but inputs"),
        (lambda: tf.scalar_mul([1.0], tf.constant([2.0])), ValueError, r"must be a 0-D value. Received shape \(1,\)"),
        (lambda: tf.math.polyval(1.0, 2.0), ValueError, "Argument coeffs must be list type"),
        (lambda: tf.div_no_nan(tf.constant(1.0), tf.constant(1)), TypeError, "must have the same dtype"),
        (lambda: tf.betainc(np.zeros(2), np.zeros(3), np.zeros(2)), ValueError, r"\(2,\) for a, \(3,\) for b"),
        (lambda: tf.global_norm(tf.constant(1.0)), TypeError, "`t_list` should be a sequence of tensors"),
        (lambda: tf.clip_by_value(np.zeros(2), np.zeros((3, 2)), 1.0), ValueError, "incompatible|not compatible"),
        (lambda: tf.math.reduce_variance([1]), TypeError, "must be either real or complex, got int32"),
    ],
)  # fmt: skip
def test_refusals(build, error, text):
    with pytest.raises(error, match=text):
        build()


def test_saturating_casts(run):
    assert run(tf.saturate_cast([-5, 300], tf.uint8)).tolist() == [0, 255]
    assert run(tf.saturate_cast([-1e20, 1e20], tf.int32)).tolist() == [-(2**31), 2147483520]
    with pytest.warns(UserWarning, match="discards the imaginary part"):
        assert run(tf.saturate_cast([300 + 1j], tf.uint8)).tolist() == [255]
    with pytest.raises(TypeError, match="complex numbers have no order"):
        tf.saturate_cast(np.zeros(1, np.complex128), tf.complex64)
