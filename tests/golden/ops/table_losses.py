"""Cases: tf.losses; values, gradients and static shapes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cases import Case, X, case, given

REDUCTIONS = (
    "none",
    "weighted_sum",
    "weighted_mean",
    "weighted_sum_over_batch_size",
    "weighted_sum_by_nonzero_weights",
)
ELEMENTWISE = ("absolute_difference", "mean_squared_error", "huber_loss")


def table() -> Iterator[Case]:
    yield from regression()
    yield from probabilities()
    yield from cross_entropies()
    yield from weighted()
    yield from pairs()


def regression() -> Iterator[Case]:
    for name in ELEMENTWISE:
        call = f"losses.{name}"
        for reduction in REDUCTIONS:
            yield case(call, X(2, 3), X(2, 3), X(2, 1, low=0, high=2), reduction=reduction, name=reduction)
        yield case(call, X(4), X(4), name="vector")
        yield case(call, X(), X(), name="scalar")
        yield case(call, X(2, 3, dtype="float64"), X(2, 3, dtype="float64"), name="float64")
        yield case(call, X(2, 3, dtype="int32"), X(2, 3), name="integer labels")
        yield case(call, X(2, 3), X(2, 3), given([[0.0, 1, 2], [0, 0, 3]]), name="some weights zero")
        yield case(call, X(2, 3), X(2, 3), given([[0.0], [0.0]]), name="all weights zero")
        yield case(call, X(2, 3), X(2, 3), 2.5, name="weight a number")
        yield case(call, X(2, 0), X(2, 0), name="empty")
        yield case(call, X(2, 3), X(2, 4), fails=True, name="other shapes")
        yield case(call, X(2, 3), X(2, 3), X(2), fails=True, name="weights of another rank")
        yield case(call, X(2, 3), X(2, 3), X(3, 1), fails=True, name="weights of another size")
        yield case(call, X(2, 3), X(2, 3), reduction="mean", fails="building", name="no such reduction")
    for delta in (0.25, 1.0, 3.0):
        yield case("losses.huber_loss", X(3, 4), X(3, 4), delta=delta, name=f"delta {delta}")
    yield case("losses.huber_loss", given([1.0, 2.0]), given([2.0, 4.5]), delta=X(), name="delta from a tensor")
    call = "losses.cosine_distance"
    yield case(call, X(2, 3), X(2, 3), 1)
    yield case(call, X(2, 3), X(2, 3), axis=0, weights=X(1, 3), name="axis 0")
    yield case(call, X(2, 3, 4), X(2, 3, 4), dim=-1, reduction="none", name="old name of the axis")
    yield case(call, X(2, 3), X(2, 3), fails="building", name="no axis")


def probabilities() -> Iterator[Case]:
    call = "losses.log_loss"
    unit: dict[str, Any] = {"low": 0.1, "high": 0.9}
    for reduction in REDUCTIONS:
        yield case(call, X(2, 3, **unit), X(2, 3, **unit), X(2, 3, **unit), reduction=reduction, name=reduction)
    yield case(call, given([1.0, 0.0, 1.0, 0.0]), given([1.0, 0.0, 0.0, 1.0]), epsilon=0.25, name="certain")
    yield case(call, X(3, **unit), X(3, **unit), epsilon=0.1, name="epsilon")
    yield case(call, given([1, 0], "int64"), X(2, **unit), name="integer labels")
    yield case(call, X(2, 3), X(3, 2), fails=True, name="other shapes")
    call = "losses.hinge_loss"
    bits = given([[1, 0, 1], [0, 0, 1]])
    for reduction in REDUCTIONS:
        yield case(call, bits, X(2, 3), X(2, 1, low=0, high=2), reduction=reduction, name=reduction)
    yield case(call, given([[1, 0, 1], [0, 0, 1]], "int32"), X(2, 3), name="integer labels")
    yield case(call, given([[True, False]], "bool"), X(1, 2), name="bool labels")
    yield case(call, X(2, 3), X(2, 2), fails=True, name="other shapes")


def cross_entropies() -> Iterator[Case]:
    bits = given([[1, 0, 0], [0, 0, 1]])
    for name in ("sigmoid_cross_entropy", "softmax_cross_entropy"):
        call = f"losses.{name}"
        weights = X(2, 1, low=0, high=2) if name.startswith("sig") else X(2, low=0, high=2)
        for reduction in REDUCTIONS:
            yield case(call, bits, X(2, 3), weights, reduction=reduction, name=reduction)
        for smoothing in (0.1, 0.5):
            yield case(call, bits, X(2, 3), label_smoothing=smoothing, name=f"smoothing {smoothing}")
        yield case(call, given([[1, 0, 0], [0, 0, 1]], "int32"), X(2, 3), name="integer labels")
        if name.startswith("soft"):  # the other one is computed in float32
            yield case(call, X(2, 3, dtype="float64", low=0, high=1), X(2, 3, dtype="float64"), name="float64")
        yield case(call, bits, given([[100.0, -100, 3], [-50, 0, 50]]), name="large logits")
        yield case(call, bits, X(2, 4), fails=True, name="other shapes")
    call = "losses.sparse_softmax_cross_entropy"
    for dtype in ("int32", "int64"):
        yield case(call, given([2, 0], dtype), X(2, 3), name=dtype)
    for reduction in REDUCTIONS:
        yield case(call, given([2, 0], "int32"), X(2, 3), X(2, low=0, high=2), reduction=reduction, name=reduction)
    yield case(call, given([[2], [0]], "int32"), X(2, 3), name="labels a column")
    yield case(call, given([[2], [0]], "int32"), X(2, 3), X(2, 1), name="labels and weights columns")
    yield case(call, given([2, 0], "int32"), X(2, 3), X(2, 1), name="weights a column")
    yield case(call, given([[2, 1], [0, 0]], "int32"), X(2, 2, 3, dtype="float64"), 2.0, name="rank 3 float64")
    yield case(call, given([3, 0], "int32"), X(2, 3), fails=True, name="no such class")
    yield case(call, given([1, 0, 1], "int32"), X(2, 3), fails=True, name="more labels than logits")


def weighted() -> Iterator[Case]:
    call = "losses.compute_weighted_loss"
    for reduction in REDUCTIONS:
        yield case(call, X(2, 3), X(2, 3, low=0, high=2), reduction=reduction, name=reduction)
        yield case(call, X(2, 3, 2), X(1, 3, 1), reduction=reduction, name=f"stretched {reduction}")
    yield case(call, X(2, 3, dtype="int32", low=0, high=9), 2, name="int32")
    yield case(call, given([[0.5, 2, 4], [1, 0.25, 8]], "float64"), name="float64")
    yield case(call, X(2, 3, dtype="float16"), name="float16", differentiate=False)
    yield case(call, X(3), X(), name="weight a scalar")
    yield case(call, given([float("nan"), 1.0]), given([0.0, 1.0]), name="nan times zero")
    yield case(call, given([float("inf"), 1.0]), name="infinite")
    yield case(call, X(2, 3), X(1, 2, 3), fails=True, name="weights of larger rank")


def pairs() -> Iterator[Case]:
    call = "losses.mean_pairwise_squared_error"
    yield case(call, X(2, 3), X(2, 3))
    yield case(call, X(2, 3), X(2, 3), X(2, 1, low=0, high=2), name="weights per entry")
    yield case(call, X(2, 3), X(2, 3), 2.0, name="weight a number")
    yield case(call, X(2, 3, 2), X(2, 3, 2), X(2, 1, 1), name="rank 3")
    yield case(call, X(2, 3), X(2, 3), given([[0.0], [1.0]]), name="one entry left out")
    yield case(call, X(2, 3), X(2, 3), 0.0, name="all left out")
    yield case(call, X(2, 1), X(2, 1), name="no pairs")
    yield case(call, X(2, 3), X(2, 2), fails=True, name="other shapes")
    yield case(call, X(2, 3), X(2, 3), X(3, 1), fails=True, name="weights of another size")
