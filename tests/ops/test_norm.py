from __future__ import annotations

import numpy as np
import pytest

from convflow.core import dtypes, errors
from convflow.graph.apply import apply_op
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder
from convflow.ops.lrn import local_response_normalization
from convflow.ops.math.moments import moments, normalize_moments, sufficient_statistics, weighted_moments
from convflow.ops.norm import l2_normalize, zero_fraction

RNG = np.random.RandomState(4)


def lrn_reference(x, radius, bias, alpha, beta):
    result = np.empty_like(x)
    for channel in range(x.shape[-1]):
        near = x[..., max(0, channel - radius) : channel + radius + 1]
        result[..., channel] = x[..., channel] / (bias + alpha * np.square(near).sum(-1)) ** beta
    return result


@pytest.mark.parametrize("radius", [0, 1, 3, 9])
@pytest.mark.parametrize(("bias", "alpha", "beta"), [(1.0, 1.0, 0.5), (2.0, 1e-2, 0.75), (1.0, 0.3, 1.0)])
def test_lrn(run, radius, bias, alpha, beta):
    x = RNG.normal(size=(2, 3, 2, 7)).astype("f")
    found = run(local_response_normalization(x, radius, bias, alpha, beta))
    np.testing.assert_allclose(found, lrn_reference(x, radius, bias, alpha, beta), rtol=1e-5)


@pytest.mark.parametrize("radius", [0, 2, 9])
def test_lrn_grad(run, radius):
    """Against the slopes of the reference in float64: the op itself has no such type."""
    x, grad = RNG.normal(size=(2, 1, 2, 1, 7))
    y = lrn_reference(x, radius, 1.5, 0.3, 0.75)
    node = apply_op("LRNGrad", input_grads=grad.astype("f"), input_image=x.astype("f"), output_image=y.astype("f"),
                    depth_radius=radius, bias=1.5, alpha=0.3, beta=0.75)  # fmt: skip
    expected = np.empty_like(x)
    for index in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[index] = 1e-6
        difference = lrn_reference(x + step, radius, 1.5, 0.3, 0.75) - lrn_reference(x - step, radius, 1.5, 0.3, 0.75)
        expected[index] = np.sum(grad * difference) / 2e-6
    np.testing.assert_allclose(run(node), expected, atol=1e-5)


def test_lrn_refusals(run):
    with pytest.raises(ValueError, match=r"Shape of input must be rank 4 but is rank 3: \(1, 2, 3\)"):
        local_response_normalization(np.ones((1, 2, 3), "f"))
    with pytest.raises(ValueError, match="depth_radius must be at least 0, got -1"):
        local_response_normalization(np.ones((1, 1, 2, 3), "f"), -1)
    with pytest.raises(
        ValueError, match=r"input_grads and output_image must have the same shape, but are \(1, 1, 1, 2\)"
    ):
        pictures = np.ones((1, 1, 1, 2), "f")
        apply_op("LRNGrad", input_grads=pictures, input_image=pictures, output_image=pictures[..., :1])
    unknown = placeholder(dtypes.float32)
    with pytest.raises(errors.InvalidArgumentError, match="Shape of input must be rank 4 but is rank 1"):
        run(local_response_normalization(unknown), {unknown: np.ones(3, "f")})


@pytest.mark.parametrize("axes", [[0], [1], [0, 2], [0, 1, 2]])
def test_moments(run, check_gradients, axes):
    x = RNG.normal(3, 2, size=(3, 2, 4))
    mean, variance = run(moments(constant(x), axes))
    np.testing.assert_allclose(mean, x.mean(tuple(axes)))
    np.testing.assert_allclose(variance, x.var(tuple(axes)))
    for which in (0, 1):
        # The second derivative of the variance is not there, in TensorFlow neither: see the function.
        check_gradients(lambda x, which=which: moments(x, axes)[which], x, order=1)


def test_weighted_moments(run, check_gradients):
    x, weights = RNG.normal(size=(3, 4)), RNG.uniform(0.5, 2, (3, 1))
    mean, variance = run(weighted_moments(constant(x), [0], constant(weights)))
    expected = np.average(x, 0, weights[:, 0])
    np.testing.assert_allclose(mean, expected)
    np.testing.assert_allclose(variance, np.average((x - expected) ** 2, 0, weights[:, 0]))
    for which in (0, 1):
        check_gradients(lambda x, w, which=which: weighted_moments(x, [0], w)[which], x, weights)


def test_statistics_lead_to_moments(run, check_gradients):
    x = RNG.normal(2, 1, size=(5, 3))
    for shift in (None, np.array(2.0)):
        found = run(normalize_moments(*sufficient_statistics(constant(x), [0], shift)))
        np.testing.assert_allclose(found, [x.mean(0), x.var(0)], rtol=1e-9)
        check_gradients(lambda x, shift=shift: normalize_moments(*sufficient_statistics(x, [0], shift))[1], x)


def test_counts_of_unknown_shapes(run):
    x = placeholder(dtypes.float32)
    count = sufficient_statistics(x, [-1, 0])[0]
    assert run(count, {x: np.ones((2, 3, 5))}) == 10


def test_both_names_of_keepdims():
    with pytest.raises(ValueError, match="Cannot specify both 'keep_dims' and 'keepdims'"):
        moments(np.ones(3, "f"), [0], keep_dims=True, keepdims=True)


def test_l2_normalize(run, check_gradients):
    x = RNG.normal(size=(3, 4))
    np.testing.assert_allclose(run(l2_normalize(constant(x), 1)), x / np.linalg.norm(x, axis=1, keepdims=True))
    check_gradients(lambda x: l2_normalize(x, [0, 1]), x)
    z = x[:2] + 1j * x[1:]
    np.testing.assert_allclose(run(l2_normalize(constant(z), 0)), z / np.linalg.norm(z, axis=0))


def test_zero_fraction(run):
    assert run(zero_fraction([0, 3, 0, 0])) == 0.75
    assert np.isnan(run(zero_fraction(np.zeros((0, 2)))))
