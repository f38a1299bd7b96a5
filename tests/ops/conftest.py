"""What tests of ops share: a graph per test, sessions, and gradients against finite differences."""

from __future__ import annotations

import numpy as np
import pytest

import convflow.ops.operators  # noqa: F401  (tensors get their operators)
from convflow.autodiff.gradients import gradients
from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.graph import Graph
from convflow.ops.array.placeholder import placeholder
from convflow.runtime.session import Session

STEP = 1e-5
FEW = 12
MIXTURES = 6


@pytest.fixture(autouse=True)
def graph():
    with Graph().as_default() as own:
        yield own


@pytest.fixture
def run(graph):
    """`run(fetches, feed)` in one session of the test's graph."""
    with Session(graph=graph) as session:
        yield session.run


@pytest.fixture
def check_gradients(run):
    """`check_gradients(build, *arrays)`: first and second derivatives of build(*tensors) in float64."""

    def check(build, *arrays, order=2, tolerance=1e-6):
        arrays = [np.asarray(array, np.float64) for array in arrays]
        xs = [placeholder(dtypes.float64, array.shape) for array in arrays]
        ys = [build(*xs)]
        random = np.random.default_rng(7)
        for _ in range(order):
            feed = dict(zip(xs, arrays, strict=True))
            factors = [random.normal(size=value.shape) for value in run(ys, feed)]
            incoming = [placeholder(dtypes.float64, factor.shape) for factor in factors]
            derivatives = gradients(ys, xs, incoming)
            known = [convert_to_tensor(derivative) for derivative in derivatives if derivative is not None]
            assert known, "nothing depends on the inputs"
            found = iter(run(known, {**feed, **dict(zip(incoming, factors, strict=True))}))
            slopes = [np.zeros_like(x) if d is None else next(found) for d, x in zip(derivatives, arrays, strict=True)]
            total = weighed(run, ys, xs, factors)
            for position, array in enumerate(arrays):
                for direction in directions(array, random):
                    ends = [
                        total([*arrays[:position], array + step * direction, *arrays[position + 1 :]])
                        for step in (STEP, -STEP)
                    ]
                    expected = (ends[0] - ends[1]) / (2 * STEP)
                    scale = tolerance * max(1.0, np.abs(slopes[position] * direction).sum())
                    assert np.sum(slopes[position] * direction) == pytest.approx(expected, abs=scale)
            # Next: how these derivatives depend on the inputs and on what came in.
            ys, xs, arrays = known, [*xs, *incoming], [*arrays, *factors]

    return check


def weighed(run, ys, xs, factors):
    def total(values):
        results = run(ys, dict(zip(xs, values, strict=True)))
        return sum(float(np.sum(result * factor)) for result, factor in zip(results, factors, strict=True))

    return total


def directions(array, random):
    """Every element by itself where there are few, random mixtures of all where there are many."""
    if array.size <= FEW:
        return np.eye(array.size).reshape(array.size, *array.shape)
    return random.normal(size=(MIXTURES, *array.shape))


@pytest.fixture
def check_first_order(check_gradients):
    """`check_gradients` where there are no second derivatives."""
    return lambda build, *arrays: check_gradients(build, *arrays, order=1)
