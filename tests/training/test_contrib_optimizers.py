"""tf.contrib.opt against the formulas in NumPy: whole variables, rows listed twice, references and resources."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import convflow as tf
from convflow.api.contrib import opt

STEPS = 4
SHAPE = (5, 3)


def dense_gradients() -> list[np.ndarray]:
    return list(np.random.RandomState(0).randn(STEPS, *SHAPE))


def slices() -> list[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.RandomState(1)
    return [(rng.randn(4, SHAPE[1]), np.array([1, 3, 1, 0])) for _ in range(STEPS)]


def trained(make: Callable[[], Any], sparse: bool, use_resource: bool) -> np.ndarray:
    with tf.Graph().as_default(), tf.Session() as session:
        variable = tf.get_variable("x", initializer=np.ones(SHAPE), use_resource=use_resource)
        step = tf.train.get_or_create_global_step()
        values, rows = tf.placeholder(tf.float64, [None, SHAPE[1]]), tf.placeholder(tf.int32, [None])
        grad = tf.IndexedSlices(values, rows, tf.constant(SHAPE)) if sparse else values
        train_op = make().apply_gradients([(grad, variable)], global_step=step)
        session.run(tf.global_variables_initializer())
        for number in range(STEPS):
            value, indices = slices()[number] if sparse else (dense_gradients()[number], np.zeros(0))
            session.run(train_op, {values: value, rows: indices})
        return session.run(variable)


class Reference:
    """An optimizer in NumPy: `step` changes the rows `rows` of `x` by their summed gradients."""

    def __init__(self) -> None:
        self.x = np.ones(SHAPE)
        self.m = np.zeros(SHAPE)
        self.v = np.zeros(SHAPE)
        self.t = 0

    def run(self, sparse: bool) -> np.ndarray:
        for number in range(STEPS):
            self.t += 1
            grad, rows = np.zeros(SHAPE), np.arange(SHAPE[0])
            if sparse:
                values, indices = slices()[number]
                np.add.at(grad, indices, values)
                rows = np.unique(indices)
            else:
                grad = dense_gradients()[number]
            self.step(grad, rows)
        return self.x

    def step(self, grad: np.ndarray, rows: np.ndarray) -> None:
        raise NotImplementedError

    def moments(self, grad: np.ndarray, rows: Any, beta1: float = 0.9, beta2: float = 0.999) -> float:
        self.m[rows] = beta1 * self.m[rows] + (1 - beta1) * grad[rows]
        self.v[rows] = beta2 * self.v[rows] + (1 - beta2) * grad[rows] ** 2
        return 0.1 * np.sqrt(1 - beta2**self.t) / (1 - beta1**self.t)


class Lazy(Reference):
    def step(self, grad: np.ndarray, rows: np.ndarray) -> None:
        rate = self.moments(grad, rows)
        self.x[rows] -= rate * self.m[rows] / (np.sqrt(self.v[rows]) + 1e-8)


class Nadam(Reference):
    def step(self, grad: np.ndarray, rows: np.ndarray) -> None:
        rate = self.moments(grad, slice(None))
        ahead = 0.9 * self.m + 0.1 * grad
        self.x[rows] -= (rate * ahead / (np.sqrt(self.v) + 1e-8))[rows]


class AdaMax(Reference):
    def step(self, grad: np.ndarray, rows: np.ndarray) -> None:
        self.m[rows] = 0.9 * self.m[rows] + 0.1 * grad[rows]
        self.v[rows] = np.maximum(0.999 * self.v[rows], np.abs(grad[rows]))
        self.x[rows] -= 0.1 / (1 - 0.9**self.t) * self.m[rows] / (self.v[rows] + 1e-8)


class AdamW(Reference):
    def step(self, grad: np.ndarray, rows: np.ndarray) -> None:
        self.x[rows] -= 0.01 * self.x[rows]
        rate = self.moments(grad, slice(None))
        self.x -= rate * self.m / (np.sqrt(self.v) + 1e-8)


class MomentumW(Reference):
    def step(self, grad: np.ndarray, rows: np.ndarray) -> None:
        self.x[rows] -= 0.01 * self.x[rows]
        self.m[rows] = 0.5 * self.m[rows] + grad[rows]
        self.x[rows] -= 0.1 * self.m[rows]


class AddSign(Reference):
    def step(self, grad: np.ndarray, rows: np.ndarray) -> None:
        self.m = 0.9 * self.m + 0.1 * grad
        self.x -= 0.1 * (2.0 + np.sign(grad) * np.sign(self.m)) * grad


class PowerSign(Reference):
    def step(self, grad: np.ndarray, rows: np.ndarray) -> None:
        self.m = 0.9 * self.m + 0.1 * grad
        self.x -= 0.1 * 3.0 ** (np.sign(grad) * np.sign(self.m) / self.t) * grad


OPTIMIZERS: dict[str, tuple[Callable[[], Any], type[Reference]]] = {
    "LazyAdam": (lambda: opt.LazyAdamOptimizer(0.1), Lazy),
    "Nadam": (lambda: opt.NadamOptimizer(0.1), Nadam),
    "AdaMax": (lambda: opt.AdaMaxOptimizer(0.1), AdaMax),
    "AdamW": (lambda: opt.AdamWOptimizer(0.01, 0.1), AdamW),
    "MomentumW": (lambda: opt.MomentumWOptimizer(lambda: 0.01, 0.1, 0.5), MomentumW),
    "extended": (
        lambda: opt.extend_with_decoupled_weight_decay(tf.train.MomentumOptimizer)(0.01, 0.1, momentum=0.5),
        MomentumW,
    ),
    "AddSign": (lambda: opt.AddSignOptimizer(0.1, alpha=2.0), AddSign),
    "PowerSign": (
        lambda: opt.PowerSignOptimizer(0.1, base=3.0, sign_decay_fn=lambda step: 1.0 / (tf.to_float(step) + 1.0)),
        PowerSign,
    ),
}


@pytest.mark.parametrize("use_resource", [False, True])
@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_steps(name: str, sparse: bool, use_resource: bool) -> None:
    make, reference = OPTIMIZERS[name]
    # Hyperparameters are float32 constants, and so a little off.
    np.testing.assert_allclose(trained(make, sparse, use_resource), reference().run(sparse), rtol=1e-5, atol=1e-6)


def test_only_listed_variables_decay(graph: Any, session: Any) -> None:
    x, y = tf.Variable([1.0]), tf.Variable([1.0])
    train_op = opt.MomentumWOptimizer(0.5, 1.0, 0.0).minimize(0.0 * (x + y), decay_var_list=[y])
    session.run(tf.global_variables_initializer())
    session.run(train_op)
    assert session.run([x, y]) == [[1.0], [0.5]]


def test_averages_are_saved_in_place_of_variables(graph: Any, session: Any, tmp_path: Path) -> None:
    x, fixed = tf.get_variable("x", initializer=[4.0]), tf.get_variable("fixed", initializer=[7.0], trainable=False)
    optimizer = opt.MovingAverageOptimizer(tf.train.GradientDescentOptimizer(0.5), average_decay=0.5)
    with pytest.raises(RuntimeError, match="Must call apply_gradients or minimize before"):
        optimizer.swapping_saver()
    train_op = optimizer.minimize(x * x)
    saver = optimizer.swapping_saver()
    session.run(tf.global_variables_initializer())
    session.run(train_op)
    path = saver.save(session, str(tmp_path / "model.ckpt"))
    reader = tf.train.NewCheckpointReader(path)
    # The step leads to zero, the average to half of the way.
    assert session.run(x).tolist() == [0.0]
    assert [reader.get_tensor(name).tolist() for name in ("x", "x/ExponentialMovingAverage", "fixed")] == [
        [2.0],
        [0.0],
        [7.0],
    ]
    with pytest.raises(ValueError, match=r"x is not in var_list|needs x/ExponentialMovingAverage"):
        optimizer.swapping_saver([x, fixed])
