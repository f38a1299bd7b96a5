"""Runs that write no variable keep what they compute of filters; a write is seen by the next run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convflow as tf
from convflow.runtime.rewrites import epilogues
from tests.runtime.rewrites.plans import PLAIN


def values(*shape: int) -> np.ndarray:
    return np.random.RandomState(sum(shape)).normal(0.0, 1.0, shape).astype(np.float32)


def network(x: Any, kind: str, resource: bool) -> tuple[Any, list[Any]]:
    """A convolution, normalized, and its variables."""
    filter = {"plain": (3, 3, 8, 5), "winograd": (3, 3, 64, 64), "product": (1, 1, 8, 5), "depthwise": (3, 3, 8, 1)}[
        kind
    ]
    w = tf.Variable(values(*filter), use_resource=resource)
    convolve = tf.nn.depthwise_conv2d_native if kind == "depthwise" else tf.nn.conv2d
    y = convolve(x, w, [1, 2 if kind == "depthwise" else 1, 2 if kind == "depthwise" else 1, 1], "SAME")
    channels = y.shape[3].value
    b, offset = (tf.Variable(values(channels) + i, use_resource=resource) for i in range(2))
    y = tf.nn.bias_add(y, b)
    one = tf.ones([channels])
    return tf.nn.relu(tf.nn.fused_batch_norm(y, one, offset, one * 0.5, one, is_training=False)[0]), [w, b, offset]


@pytest.mark.parametrize("resource", [False, True])
@pytest.mark.parametrize("kind", ["plain", "winograd", "product", "depthwise"])
def test_writes_are_seen(kind: str, resource: bool):
    x = tf.placeholder(tf.float32, [None, 8, 8, 64 if kind == "winograd" else 8])
    y, variables = network(x, kind, resource)
    train = tf.train.GradientDescentOptimizer(0.01).minimize(tf.reduce_mean(tf.square(y)))
    writes = [train, *(variable.assign(variable * 0.5) for variable in variables)]
    feeds = {x: values(*(2 if size.value is None else size.value for size in x.shape))}
    other = {x: values(3, *(size.value for size in x.shape[1:]))}

    def story(config: Any) -> list[Any]:
        with tf.Session(config=config) as session:
            session.run(tf.global_variables_initializer())
            results = []
            for write in writes:
                results += [session.run(y, feeds), session.run(y, feeds), session.run(y, other)]
                session.run(write, feeds)
            variables[0].load(values(*variables[0].shape.as_list()) * 2.0, session)
            return [*results, session.run(y, feeds)]

    for one, two in zip(story(None), story(PLAIN), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("resource", [False, True])
def test_filters_are_folded_once(resource: bool, monkeypatch: pytest.MonkeyPatch):
    calls = []
    folded = epilogues._folded
    monkeypatch.setattr(epilogues, "_folded", lambda *args: calls.append(1) or folded(*args))
    x = tf.placeholder(tf.float32, [None, 8, 8, 8])
    w = tf.Variable(values(3, 3, 8, 4), use_resource=resource)
    vectors = [tf.Variable(values(4) ** 2, use_resource=resource) for _ in range(4)]
    y = tf.nn.fused_batch_norm(tf.nn.conv2d(x, w, [1, 1, 1, 1], "SAME"), *vectors, is_training=False)[0]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(3):
            session.run(y, {x: values(2, 8, 8, 8)})
        assert len(calls) == 1
        session.run(w.assign(w * 2.0))
        session.run(y, {x: values(2, 8, 8, 8)})
        assert len(calls) == 2


def test_a_fed_filter_is_the_one_that_is_fed():
    x = tf.placeholder(tf.float32, [1, 4, 4, 3])
    w = tf.Variable(values(2, 2, 3, 2))
    y = tf.nn.conv2d(x, w, [1, 1, 1, 1], "SAME")
    filter = values(2, 2, 3, 2)
    with tf.Session() as session:
        first = session.run(y, {x: values(1, 4, 4, 3), w.value(): filter})
        filter *= 2.0
        second = session.run(y, {x: values(1, 4, 4, 3), w.value(): filter})
    np.testing.assert_allclose(second, 2.0 * first, rtol=1e-5)
