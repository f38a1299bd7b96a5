from __future__ import annotations

import numpy as np
import pytest

from convflow.core import dtypes
from convflow.ops import losses
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder

RNG = np.random.RandomState(5)
LOGITS = RNG.normal(scale=3, size=(3, 4))
LABELS = RNG.uniform(size=(3, 4))


def softplus(x):
    return np.logaddexp(x, 0)


def test_sigmoid_cross_entropy(run, check_gradients):
    found = run(losses.sigmoid_cross_entropy_with_logits(labels=constant(LABELS), logits=constant(LOGITS)))
    np.testing.assert_allclose(found, LABELS * softplus(-LOGITS) + (1 - LABELS) * softplus(LOGITS))
    check_gradients(lambda z, x: losses.sigmoid_cross_entropy_with_logits(labels=z, logits=x), LABELS, LOGITS)


def test_weighted_cross_entropy(run, check_gradients):
    found = run(losses.weighted_cross_entropy_with_logits(constant(LABELS), constant(LOGITS), 2.5))
    np.testing.assert_allclose(found, 2.5 * LABELS * softplus(-LOGITS) + (1 - LABELS) * softplus(LOGITS))
    check_gradients(
        lambda z, x, q: losses.weighted_cross_entropy_with_logits(z, x, q),
        LABELS,
        LOGITS,
        np.array([1.0, 2.0, 0.5, 3.0]),
    )


@pytest.mark.parametrize("full", [False, True])
def test_log_poisson_loss(run, check_gradients, full):
    counts = np.array([[0.0, 1.0, 2.0, 7.0]] * 3)
    found = run(losses.log_poisson_loss(constant(counts), constant(LOGITS), full))
    expected = np.exp(LOGITS) - LOGITS * counts
    if full:
        with np.errstate(all="ignore"):
            stirling = counts * np.log(counts) - counts + 0.5 * np.log(2 * np.pi * counts)
        expected += np.where(counts <= 1, 0, stirling)
    np.testing.assert_allclose(found, expected)
    check_gradients(lambda z, x: losses.log_poisson_loss(z, x, full), counts + 0.25, LOGITS)


def test_l2_loss(run, check_gradients):
    assert run(losses.l2_loss(constant(LOGITS))) == pytest.approx(np.square(LOGITS).sum() / 2)
    assert run(losses.l2_loss(constant(np.zeros((0, 3))))) == 0
    check_gradients(losses.l2_loss, LOGITS)


@pytest.mark.parametrize("function", ["sigmoid_cross_entropy_with_logits", "weighted_cross_entropy_with_logits"])
def test_refusals(function):
    arguments = {"pos_weight": 2.0} if function.startswith("weighted") else {}
    call = getattr(losses, function)
    with pytest.raises(ValueError, match="Both `labels` and `logits` must be provided"):
        call(logits=LOGITS, **arguments)
    with pytest.raises(
        ValueError, match=r"`logits` and `labels` must have the same shape, received \(\(2,\) vs \(3,\)\)"
    ):
        call(labels=np.ones(3), logits=np.ones(2), **arguments)


def test_more_refusals():
    with pytest.raises(ValueError, match="Only call `sigmoid_cross_entropy_with_logits` with named arguments"):
        losses.sigmoid_cross_entropy_with_logits(LABELS, LOGITS)
    with pytest.raises(ValueError, match="Cannot specify both 'targets' and 'labels'"):
        losses.weighted_cross_entropy_with_logits(LABELS, LOGITS, 1.0, targets=LABELS)
    with pytest.raises(ValueError, match="`pos_weight` must be provided"):
        losses.weighted_cross_entropy_with_logits(LABELS, LOGITS)
    with pytest.raises(ValueError, match="`log_input` and `targets` must have the same shape"):
        losses.log_poisson_loss(np.ones(3), np.ones(2))


def test_static_shapes():
    unknown, matrix = placeholder(dtypes.float32), placeholder(dtypes.float32, [None, 3])
    assert losses.l2_loss(unknown).shape.as_list() == []
    assert losses.sigmoid_cross_entropy_with_logits(labels=matrix, logits=matrix).shape.as_list() == [None, 3]
