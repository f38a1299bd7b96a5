import numpy as np
import pytest

from convflow.autodiff.gradients import gradients
from convflow.core import errors
from convflow.graph.apply import apply_op
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder
from convflow.ops.xent import (
    softmax_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits_v2,
    sparse_softmax_cross_entropy_with_logits,
)

RANDOM = np.random.default_rng(4)


def log_probabilities(x, axis=-1):
    x = x.astype(np.float64)
    x = x - x.max(axis, keepdims=True)
    return x - np.log(np.exp(x).sum(axis, keepdims=True))


def probabilities(shape, axis=-1):
    values = RANDOM.random(shape)
    return values / values.sum(axis, keepdims=True)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-13), ("float32", 1e-6), ("float16", 4e-3)])
@pytest.mark.parametrize(
    ("shape", "axis"), [((4, 5), -1), ((2, 3, 5), -1), ((2, 5, 3), 1), ((2, 5, 3), -2), ((5,), -1)]
)
def test_dense_values(run, shape, axis, dtype, tolerance):
    logits = RANDOM.normal(size=shape, scale=3).astype(dtype)
    labels = probabilities(shape, axis).astype(dtype)
    expected = -(labels.astype(np.float64) * log_probabilities(logits, axis)).sum(axis)
    losses = [
        softmax_cross_entropy_with_logits_v2(labels, logits, axis=axis),
        softmax_cross_entropy_with_logits(labels=labels, logits=logits, dim=axis),
        softmax_cross_entropy_with_logits(labels=labels, logits=logits, axis=axis),
    ]
    for loss in losses:
        assert loss.shape.as_list() == list(expected.shape)
        value = run(loss)
        assert value.dtype == dtype
        np.testing.assert_allclose(value, expected, rtol=tolerance, atol=tolerance)


def test_labels_of_another_float_type_are_cast(run):
    logits, labels = RANDOM.normal(size=(2, 3)).astype(np.float32), np.eye(2, 3)
    value = run(softmax_cross_entropy_with_logits_v2(labels, logits))
    assert value.dtype == np.float32
    np.testing.assert_allclose(value, -log_probabilities(logits)[[0, 1], [0, 1]], rtol=1e-6)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-13), ("float32", 1e-6), ("float16", 4e-3)])
@pytest.mark.parametrize("shape", [(4,), (2, 3), (2, 1, 3), ()])
@pytest.mark.parametrize("label_type", ["int32", "int64"])
def test_sparse_values(run, shape, dtype, tolerance, label_type):
    logits = RANDOM.normal(size=(*shape, 5), scale=3).astype(dtype)
    labels = RANDOM.integers(0, 5, shape).astype(label_type)
    expected = -np.take_along_axis(log_probabilities(logits), np.int64(labels)[..., None], -1)[..., 0]
    loss = sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    assert loss.shape.as_list() == list(shape)
    value = run(loss)
    assert value.dtype == dtype
    np.testing.assert_allclose(value, expected, rtol=tolerance, atol=tolerance)


def test_second_output_is_the_first_derivative(run):
    logits, labels = RANDOM.normal(size=(3, 4)), probabilities((3, 4))
    expected = np.exp(log_probabilities(logits)) - labels
    _, backprop = apply_op("SoftmaxCrossEntropyWithLogits", features=logits, labels=labels)
    np.testing.assert_allclose(run(backprop), expected, rtol=1e-12)
    classes = np.array([3, 0, 0])
    _, sparse = apply_op("SparseSoftmaxCrossEntropyWithLogits", features=logits, labels=classes)
    np.testing.assert_allclose(run(sparse), np.exp(log_probabilities(logits)) - np.eye(4)[classes], rtol=1e-12)


def test_one_row_of_labels_for_all(run):
    logits, labels = RANDOM.normal(size=(3, 4)), probabilities((1, 4))
    loss, backprop = run(apply_op("SoftmaxCrossEntropyWithLogits", features=logits, labels=labels))
    np.testing.assert_allclose(loss, -(labels * log_probabilities(logits)).sum(1), rtol=1e-12)
    assert backprop.shape == (3, 4)


def test_extreme_logits_stay_finite(run):
    logits = np.array([[1e4, -1e4]], np.float32)
    assert run(sparse_softmax_cross_entropy_with_logits(labels=[1], logits=logits)) == [2e4]
    assert run(softmax_cross_entropy_with_logits_v2([[0.0, 1.0]], logits)) == [2e4]


@pytest.mark.parametrize(("shape", "axis"), [((3, 4), -1), ((2, 4, 2), 1)])
def test_first_and_second_derivatives(check_gradients, shape, axis):
    labels = probabilities(shape, axis)
    check_gradients(lambda x: softmax_cross_entropy_with_logits_v2(labels, x, axis=axis), RANDOM.normal(size=shape))
    check_gradients(
        lambda x, y: softmax_cross_entropy_with_logits_v2(y, x, axis=axis), RANDOM.normal(size=shape), labels, order=1
    )


@pytest.mark.parametrize("shape", [(3,), (2, 2)])
def test_sparse_derivatives(check_gradients, shape):
    labels = RANDOM.integers(0, 4, shape)
    check_gradients(
        lambda x: sparse_softmax_cross_entropy_with_logits(labels=labels, logits=x), RANDOM.normal(size=(*shape, 4))
    )


def test_only_v2_differentiates_labels():
    logits, labels = placeholder("float32", [2, 3]), placeholder("float32", [2, 3])
    v1 = softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    v2 = softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits)
    assert gradients(v1, [labels]) == [None]
    assert gradients(v2, [labels]) != [None]


def test_unknown_sizes(run):
    logits, labels = placeholder("float32"), placeholder("float32")
    loss = softmax_cross_entropy_with_logits_v2(labels, logits)
    x, y = RANDOM.normal(size=(2, 3, 4)), probabilities((2, 3, 4))
    expected = -(y * log_probabilities(x)).sum(-1)
    np.testing.assert_allclose(run(loss, {logits: x, labels: y}), expected, rtol=1e-5)
    logits = placeholder("float32", [None, 3, 4])
    assert softmax_cross_entropy_with_logits_v2(labels, logits).shape.as_list() == [None, 3]
    classes = placeholder("int64", [None, 3])
    loss = sparse_softmax_cross_entropy_with_logits(labels=classes, logits=logits)
    assert loss.shape.as_list() == [None, 3]
    chosen = np.zeros((2, 3), np.int64)
    np.testing.assert_allclose(run(loss, {logits: x, classes: chosen}), -log_probabilities(x)[..., 0], rtol=1e-5)
    with pytest.raises(errors.InvalidArgumentError, match=r"(?s)assertion failed.*\[1 3\].*\[2 3\]"):
        run(loss, {logits: x, classes: chosen[:1]})


def zeros(*shape):
    return constant(0.0, shape=shape)


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda: softmax_cross_entropy_with_logits(zeros(2, 3), zeros(2, 3)), "Only call .* with named arguments"),
        (lambda: softmax_cross_entropy_with_logits(labels=zeros(2, 3)), "Both `labels` and `logits` must be provided"),
        (lambda: sparse_softmax_cross_entropy_with_logits([0], zeros(1, 3)), "Only call .* with named arguments"),
        (
            lambda: softmax_cross_entropy_with_logits_v2(zeros(2, 4), zeros(2, 3)),
            r"broadcastable: logits_size=\(2, 3\) labels_size=\(2, 4\)",
        ),
        (
            lambda: sparse_softmax_cross_entropy_with_logits(labels=[[0], [1]], logits=zeros(2, 3)),
            r"Rank of labels \(received 2\) should equal rank of logits minus 1 \(received 2\).*one-hot",
        ),
        (
            lambda: sparse_softmax_cross_entropy_with_logits(labels=[0, 1, 2], logits=zeros(2, 3)),
            r"shape of labels \(received \(3,\)\) .*last dimension \(received \(2, 3\)\)",
        ),
        (lambda: sparse_softmax_cross_entropy_with_logits(labels=0, logits=1.0), "cannot be a scalar"),
        (lambda: softmax_cross_entropy_with_logits_v2(zeros(2, 0), zeros(2, 0)), "at least one class"),
    ],
)
def test_refused_while_building(build, text):
    with pytest.raises(ValueError, match=text):
        build()


def test_refused_when_run(run):
    logits, labels = placeholder("float32", [None, None]), placeholder("float32", [None, None])
    loss = softmax_cross_entropy_with_logits_v2(labels, logits)
    with pytest.raises(errors.InvalidArgumentError, match=r"logits_size=\(2, 3\) labels_size=\(2, 4\)"):
        run(loss, {logits: np.zeros((2, 3)), labels: np.zeros((2, 4))})
    classes = placeholder("int32", [None])
    loss = sparse_softmax_cross_entropy_with_logits(labels=classes, logits=logits)
    for wrong in (3, -1):
        text = rf"label value of {wrong} which is outside the valid range of \[0, 3\).*Label values: 0 {wrong}"
        with pytest.raises(errors.InvalidArgumentError, match=text):
            run(loss, {logits: np.zeros((2, 3)), classes: [0, wrong]})
    with pytest.raises(errors.InvalidArgumentError, match="same first dimension"):
        run(loss, {logits: np.zeros((2, 3)), classes: [0]})
