from __future__ import annotations

import numpy as np
import pytest

from convflow.autodiff.gradients import gradients
from convflow.core import dtypes, errors
from convflow.graph.apply import apply_op
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder
from convflow.ops.batch_norm import fused_batch_norm
from convflow.ops.math.arithmetic import squared_difference
from convflow.ops.math.elementwise import sin
from convflow.ops.math.reduce import reduce_mean
from convflow.ops.norm import batch_normalization

RNG = np.random.RandomState(3)
FORMATS = {"NHWC": (2, 3, 2, 4), "NCHW": (2, 4, 3, 2), "NDHWC": (2, 2, 3, 1, 4), "NCDHW": (2, 4, 2, 1, 3)}
VECTORS = ["scale", "offset", "mean", "variance"]


def drawn(shape):
    vectors = {name: RNG.uniform(0.5, 2, 4).astype("f") for name in VECTORS}
    return RNG.normal(1, 2, shape).astype("f"), vectors


def by_channel(vector, data_format):
    rank = len(data_format)
    return vector.reshape([-1 if letter == "C" else 1 for letter in data_format]) if rank else vector


def axes_of(data_format):
    return tuple(axis for axis, letter in enumerate(data_format) if letter != "C")


VERSIONS = {
    "FusedBatchNorm": "FusedBatchNormGrad",
    "FusedBatchNormV2": "FusedBatchNormGradV2",
    "FusedBatchNormV3": "FusedBatchNormGradV3",
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("is_training", [True, False])
def test_every_version_has_its_derivatives(run, version, is_training):
    x, vectors = drawn((2, 3, 2, 4))
    x, scale, offset = (constant(value) for value in (x, vectors["scale"], vectors["offset"]))
    y = apply_op(
        version, x=x, scale=scale, offset=offset, mean=vectors["mean"], variance=vectors["variance"],
        epsilon=0.001, is_training=is_training,
    )[0]  # fmt: skip
    first = gradients(sin(y), [x, scale, offset])
    assert first[0].op.type == VERSIONS[version]
    newest = fused_batch_norm(
        x, scale, offset, vectors["mean"], vectors["variance"], is_training=is_training
    )[0]  # fmt: skip
    expected = gradients(sin(newest), [x, scale, offset])
    for found, same in zip(
        run([*first, *gradients(sin(first[0]), [x, scale])]),
        run([*expected, *gradients(sin(expected[0]), [x, scale])]),
        strict=True,
    ):
        np.testing.assert_allclose(found, same, rtol=1e-6)


@pytest.mark.parametrize("version", ["", "V2", "V3"])
@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize("factor", [1.0, 0.25])
def test_training_normalizes_by_the_batch(run, data_format, version, factor):
    if version != "V3" and len(data_format) == 5:
        pytest.skip("volumes came with the third version")
    x, vectors = drawn(FORMATS[data_format])
    outputs = apply_op(
        f"FusedBatchNorm{version}", x=x, **vectors, data_format=data_format, exponential_avg_factor=factor, epsilon=0.01
    )
    y, mean, variance, saved_mean, saved_variance = run(outputs[:5])
    axes = axes_of(data_format)
    count = x.size // 4
    own_mean, own_variance = x.mean(axes), x.var(axes)
    expected = (x - by_channel(own_mean, data_format)) / np.sqrt(by_channel(own_variance, data_format) + 0.01)
    expected = expected * by_channel(vectors["scale"], data_format) + by_channel(vectors["offset"], data_format)
    np.testing.assert_allclose(y, expected, atol=1e-5)
    estimate = own_variance * count / (count - 1)
    np.testing.assert_allclose(mean, factor * own_mean + (1 - factor) * vectors["mean"], rtol=1e-5)
    np.testing.assert_allclose(variance, factor * estimate + (1 - factor) * vectors["variance"], rtol=1e-5)
    np.testing.assert_allclose(saved_mean, own_mean, rtol=1e-5)
    np.testing.assert_allclose(saved_variance, own_variance, rtol=1e-5)


@pytest.mark.parametrize("version", ["", "V2", "V3"])
@pytest.mark.parametrize("data_format", ["NHWC", "NCHW"])
def test_inference_normalizes_by_what_is_given(run, data_format, version):
    x, vectors = drawn(FORMATS[data_format])
    outputs = apply_op(f"FusedBatchNorm{version}", x=x, **vectors, data_format=data_format, is_training=False)
    y, mean, variance = run(outputs[:3])
    scale, offset, given_mean, given_variance = (by_channel(vectors[name], data_format) for name in VECTORS)
    np.testing.assert_allclose(y, (x - given_mean) / np.sqrt(given_variance + 1e-4) * scale + offset, atol=1e-5)
    np.testing.assert_array_equal(mean, vectors["mean"])
    np.testing.assert_array_equal(variance, vectors["variance"])


@pytest.mark.parametrize("is_training", [True, False])
@pytest.mark.parametrize("data_format", FORMATS)
def test_derivatives_are_those_of_the_composition(run, data_format, is_training):
    """First and second ones; the composition itself is checked by finite differences below."""
    x, vectors = drawn(FORMATS[data_format])
    wide = [placeholder(dtypes.float64, value.shape) for value in (x, vectors["scale"], vectors["offset"])]
    narrow = [placeholder(dtypes.float32, value.shape) for value in (x, vectors["scale"], vectors["offset"])]
    statistics = [] if is_training else [vectors["mean"], vectors["variance"]]
    fused = fused_batch_norm(*narrow, *statistics, data_format=data_format, is_training=is_training)[0]
    own = mean_and_variance(wide[0], axes_of(data_format)) if is_training else None
    mean, variance = own or [constant(by_channel(v, data_format), dtypes.float64) for v in statistics]
    scale, offset = (reshaped(v, data_format) for v in wide[1:])
    composed = batch_normalization(wide[0], mean, variance, offset, scale, 0.001)
    found = []
    for y, inputs in ((fused, narrow), (composed, wide)):
        first = gradients(sin(y), inputs)
        second = [gradients(sin(slope), inputs) for slope in first[:2]]
        flat = [y, *first, *second[0], *second[1]]
        feed = dict(zip(inputs, (x, vectors["scale"], vectors["offset"]), strict=True))
        found.append(run([value for value in flat if value is not None], feed))
    assert len(found[0]) == len(found[1])
    for ours, expected in zip(*found, strict=True):
        np.testing.assert_allclose(ours, expected, atol=3e-5 * np.abs(expected).max(), rtol=1e-4)


def mean_and_variance(x, axes):
    # tf.nn.moments would not do: its variance does not pass on how it depends on the mean, to second order.
    mean = reduce_mean(x, axes, keepdims=True)
    return mean, reduce_mean(squared_difference(x, mean), axes, keepdims=True)


def reshaped(vector, data_format):
    sizes = [-1 if letter == "C" else 1 for letter in data_format]
    return apply_op("Reshape", tensor=vector, shape=sizes)


def test_composition_finite_differences(check_gradients):
    arrays = [RNG.normal(size=(3, 2, 4)), *(RNG.uniform(0.5, 2, 4) for _ in range(4))]
    check_gradients(lambda x, m, v, o, s: batch_normalization(x, m, v, o, s, 0.01), *arrays)
    check_gradients(lambda x, m, v: batch_normalization(x, m, v, None, None, 0.01), *arrays[:3])


def test_a_single_value_per_channel_is_the_offset(run):
    x, vectors = drawn((1, 1, 1, 4))
    y, mean, variance = run(fused_batch_norm(x, vectors["scale"], vectors["offset"]))
    np.testing.assert_allclose(y[0, 0, 0], vectors["offset"])
    np.testing.assert_allclose(mean, x[0, 0, 0])
    np.testing.assert_array_equal(variance, np.zeros(4))


def test_inputs_stay_as_they_are(run):
    x, vectors = drawn((2, 3, 2, 4))
    kept = [placeholder(dtypes.float32, value.shape) for value in (x, *vectors.values())]
    feed = dict(zip(kept, (x, *vectors.values()), strict=True))
    y = fused_batch_norm(*kept, exponential_avg_factor=0.5)
    after = run([*y, *gradients(y[0], kept[:3]), *kept], feed)[-5:]
    for before, now in zip((x, *vectors.values()), after, strict=True):
        np.testing.assert_array_equal(before, now)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_halves_are_normalized_by_floats(run, dtype):
    x, vectors = drawn((2, 3, 2, 4))
    narrow = constant(x, dtypes.float32)
    half = apply_op("Cast", x=narrow, DstT=dtypes.as_dtype(dtype))
    y, mean, _ = fused_batch_norm(half, vectors["scale"], vectors["offset"])
    assert y.dtype.name == dtype
    assert mean.dtype.name == "float32"
    slope = gradients(y, [half])[0]
    found, exact, _ = run([apply_op("Cast", x=y, DstT=dtypes.float32), fused_batch_norm(
        narrow, vectors["scale"], vectors["offset"])[0], slope])  # fmt: skip
    np.testing.assert_allclose(found, exact, atol=0.05)


def test_static_shapes():
    unknown = placeholder(dtypes.float32)
    vector = placeholder(dtypes.float32, [4])
    y, mean, variance = fused_batch_norm(unknown, vector, vector)
    assert y.shape.as_list() == [None, None, None, 4]
    assert mean.shape.as_list() == variance.shape.as_list() == [4]
    first = apply_op("FusedBatchNormV3", x=unknown, scale=vector, offset=vector, mean=[0.0], variance=[0.0],
                     data_format="NCDHW")  # fmt: skip
    assert first[0].shape.as_list() == [None, 4, None, None, None]
    assert first[5].shape.rank is None


def test_refusals():
    x, vectors = drawn((2, 3, 2, 4))
    scale, offset = vectors["scale"], vectors["offset"]
    with pytest.raises(ValueError, match="Both `mean` and `variance` must be a 1D tensor when `is_training` is False"):
        fused_batch_norm(x, scale, offset, is_training=False)
    with pytest.raises(ValueError, match=r"but are 4 and 3: scale needs an element per channel of x, but it is \(3,\)"):
        fused_batch_norm(x, scale[:3], offset)
    with pytest.raises(
        ValueError, match=r"mean needs an element per channel of x, but it is \(2,\) and x \(2, 3, 2, 4\)"
    ):
        fused_batch_norm(x, scale, offset, scale[:2], scale, is_training=False)
    with pytest.raises(ValueError, match="Shape of x in the data format NHWC must be rank 4 but is rank 3"):
        fused_batch_norm(x[0], scale, offset)
    with pytest.raises(ValueError, match=r"x and y_backprop must have the same shape, but x has \(2, 3, 2, 4\)"):
        apply_op("FusedBatchNormGradV3", y_backprop=x[:1], x=x, scale=scale, reserve_space_1=scale,
                 reserve_space_2=scale, reserve_space_3=scale)  # fmt: skip


def test_refusals_when_run(run):
    x, vectors = drawn((2, 3, 2, 4))
    unknown = placeholder(dtypes.float32)
    y = fused_batch_norm(x, unknown, vectors["offset"])[0]
    with pytest.raises(errors.InvalidArgumentError, match=r"scale needs an element per channel of x, but it is \(1,\)"):
        run(y, {unknown: np.ones(1, "f")})
    y = fused_batch_norm(unknown, vectors["scale"], vectors["offset"])[0]
    with pytest.raises(errors.InvalidArgumentError, match="must be rank 4 but is rank 2"):
        run(y, {unknown: np.ones((2, 4), "f")})
