"""How far sequences are from each other (API: tf.edit_distance)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch

from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.sparse_tensor import SparseTensor, is_sparse
from convflow.ops import rules
from convflow.ops.sparse.parts import check_parts, check_sparse, invalid

_Sequences = dict[tuple[int, ...], list[Any]]


def edit_distance(hypothesis: Any, truth: Any, normalize: bool = True, name: str = "edit_distance") -> Tensor:
    """The Levenshtein distance between sequences: insertions, deletions, substitutions (API: tf.edit_distance).

    Args:
        hypothesis, truth: sparse tensors of one type and of one shape but for the last dimension, which holds the
            sequences; their indices in order.
        normalize: divide by the length of the truth; infinite for a truth of length 0 that was not met.

    Returns:
        float32, the shape without its last dimension.

    Raises:
        TypeError: an argument that is not sparse.
        ValueError: ranks that differ. tf.errors.InvalidArgumentError: in the run, indices outside the shape.
    """
    for what, value in (("Hypothesis", hypothesis), ("Truth", truth)):
        if not is_sparse(value):
            raise TypeError(f"{what} must be a SparseTensor, got {value!r}. tf.sparse.from_dense makes one.")
    first, second = _sparse(hypothesis), _sparse(truth)
    return apply_op(
        "EditDistance",
        hypothesis_indices=first.indices,
        hypothesis_values=first.values,
        hypothesis_shape=first.dense_shape,
        truth_indices=second.indices,
        truth_values=second.values,
        truth_shape=second.dense_shape,
        normalize=normalize,
        name=name,
    )


def _sparse(value: Any) -> SparseTensor:
    return value if isinstance(value, SparseTensor) else SparseTensor.from_value(value)


def _distance_shape(ctx: InferenceContext) -> list[TensorShape]:
    _, first = check_parts(ctx, 0, "hypothesis")
    _, second = check_parts(ctx, 3, "truth")
    rank = rules.merge_dimension(first, second, f"hypothesis_shape has {first} sizes, truth_shape has {second}")
    sizes = [ctx.constant_shape(index) for index in (2, 5)]
    if all(size.rank is not None for size in sizes):
        largest = [
            None if a.value is None or b.value is None else max(a.value, b.value) for a, b in zip(*sizes, strict=True)
        ]
        return [TensorShape(largest[:-1])]
    return [unknown_shape(None if rank.value is None else rank.value - 1)]


def _sequences(indices: torch.Tensor, values: Any, shape: list[int], what: str) -> _Sequences:
    found: _Sequences = {}
    for index, value in zip(indices.tolist(), values.tolist(), strict=True):
        if any(not 0 <= place < size for place, size in zip(index, shape, strict=True)):
            raise invalid(f"{what}_indices {index} lie outside of the shape {shape}.")
        found.setdefault(tuple(index[:-1]), []).append(value)
    return found


def levenshtein(one: list[Any], other: list[Any]) -> int:
    """The least number of insertions, deletions and substitutions that turn one sequence into the other."""
    row = list(range(len(other) + 1))
    for number, item in enumerate(one, 1):
        diagonal, row[0] = row[0], number
        for column, theirs in enumerate(other, 1):
            cost = min(row[column] + 1, row[column - 1] + 1, diagonal + (item != theirs))
            diagonal, row[column] = row[column], cost
    return row[-1]


def _distance_kernel(op: Operation) -> Callable[..., torch.Tensor]:
    normalize = op.attrs["normalize"]

    def distance(one: list[Any], truth: list[Any]) -> float:
        steps = levenshtein(one, truth)
        if not normalize:
            return float(steps)
        if not truth:
            return math.inf if steps else 0.0
        return steps / len(truth)

    def compute(*parts: Any) -> torch.Tensor:
        check_sparse(*parts[:3])
        check_sparse(*parts[3:])
        shapes = [parts[2].tolist(), parts[5].tolist()]
        if len(shapes[0]) != len(shapes[1]):
            raise ValueError("hypothesis and truth have different ranks.")
        hypotheses = _sequences(parts[0], parts[1], shapes[0], "hypothesis")
        truths = _sequences(parts[3], parts[4], shapes[1], "truth")
        sizes = [max(pair) for pair in zip(*shapes, strict=True)][:-1]
        result = torch.zeros(sizes, dtype=torch.float32)
        for place in hypotheses.keys() | truths.keys():
            result[place] = distance(hypotheses.get(place, []), truths.get(place, []))
        return result

    return compute


register_op(
    "EditDistance",
    inputs=(
        "hypothesis_indices: int64; hypothesis_values: T; hypothesis_shape: int64; "
        "truth_indices: int64; truth_values: T; truth_shape: int64"
    ),
    outputs="output: float",
    attrs="normalize: bool = true; T: type",
    shape=_distance_shape,
    kernel=_distance_kernel,
    gradient=NOT_DIFFERENTIABLE,
)
