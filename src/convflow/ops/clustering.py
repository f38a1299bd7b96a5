"""Nearest centers, and centers to begin with (API: tf.raw_ops.NearestNeighbors, KmeansPlusPlusInitialization,
KMC2ChainInitialization)."""

from __future__ import annotations

from math import log
from typing import Any, NamedTuple

import numpy as np
import torch

from convflow.core import values
from convflow.core.shape import scalar
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules

# Distances of this many points to all centers at a time.
_BLOCK = 4096


class Neighbors(NamedTuple):
    """What `nearest_neighbors` returns."""

    nearest_center_indices: Tensor
    nearest_center_distances: Tensor


def nearest_neighbors(points: Any, centers: Any, k: Any, name: str | None = None) -> Neighbors:
    """For each point the centers that are closest to it (API: tf.raw_ops.NearestNeighbors).

    Args:
        points: float32 of shape [n, d].
        centers: float32 of shape [m, d].
        k: how many, an integer scalar; all m if there are fewer.

    Returns:
        Their indices, int64, and the squares of their distances, both of shape [n, min(k, m)], the closest first.

    Raises:
        ValueError: no matrices, or of different d.
    """
    return Neighbors(*apply_op("NearestNeighbors", points=points, centers=centers, k=k, name=name))


def _neighbors_shape(ctx: InferenceContext) -> list[Any]:
    points = rules.with_rank(ctx.input(0), 2, "points")
    centers = rules.with_rank(ctx.input(1), 2, "centers")
    rules.with_rank(ctx.input(2), 0, "k")
    k = ctx.constant(2)
    if k is not None and k < 0:
        raise ValueError(f"k of NearestNeighbors must be >= 0, got {k}: it is how many centers each point gets.")
    if not points[1].is_compatible_with(centers[1]):
        raise ValueError(
            f"points {points} and centers {centers} of NearestNeighbors must have the same second size: give both as "
            "[count, features]."
        )
    return rules.unknown_output(ctx) * 2


def _neighbors(points: torch.Tensor, centers: torch.Tensor, k: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    count = min(int(k), centers.shape[0])
    if points.shape[1] != centers.shape[1] or int(k) < 0:
        raise ValueError("sizes do not fit")
    found = [_closest(block, centers, count) for block in points.split(_BLOCK)] if points.shape[0] else []
    if not found:
        return torch.empty(0, count, dtype=torch.int64), torch.empty(0, count)
    return torch.cat([indices for indices, _ in found]), torch.cat([distances for _, distances in found])


def _closest(points: torch.Tensor, centers: torch.Tensor, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    squares = _squared_distances(points, centers)
    ordered = squares.min(1, keepdim=True) if count == 1 else squares.sort(dim=1, stable=True)
    return ordered.indices[:, :count], ordered.values[:, :count]


def _squared_distances(points: torch.Tensor, centers: torch.Tensor) -> torch.Tensor:
    squares = torch.addmm(centers.square().sum(1), points, centers.T, alpha=-2)
    return (squares + points.square().sum(1, keepdim=True)).clamp_min_(0)


register_op(
    "NearestNeighbors",
    inputs="points: float; centers: float; k: int64",
    outputs="nearest_center_indices: int64; nearest_center_distances: float",
    shape=_neighbors_shape,
    kernel=lambda op: _neighbors,
    gradient=NO_GRADIENT,
)


def kmeans_plus_plus_initialization(
    points: Any, num_to_sample: Any, seed: Any, num_retries_per_sample: Any, name: str | None = None
) -> Tensor:
    """Points far from each other, as centers to begin with (API: tf.raw_ops.KmeansPlusPlusInitialization; Arthur and
    Vassilvitskii, "k-means++: The Advantages of Careful Seeding", 2007).

    Args:
        points: float32 of shape [n, d].
        num_to_sample: how many, an int64 scalar from 1 to n.
        seed: an int64 scalar.
        num_retries_per_sample: how many more candidates are drawn for each, of which the one that lowers the sum of
            the distances most is taken; about the logarithm of `num_to_sample` if -1.

    Returns:
        float32 of shape [num_to_sample, d]. Which points a seed gives is not TensorFlow's choice.

    Raises:
        ValueError: no matrix, or a count that is not in its range.
    """
    return apply_op(
        "KmeansPlusPlusInitialization", points=points, num_to_sample=num_to_sample, seed=seed,
        num_retries_per_sample=num_retries_per_sample, name=name,
    )  # fmt: skip


def _seeding_shape(ctx: InferenceContext) -> list[Any]:
    points = rules.with_rank(ctx.input(0), 2, "points")
    count, rows = ctx.constant(1), points[0].value
    if count is not None and (count < 1 or (rows is not None and count > rows)):
        raise ValueError(
            f"num_to_sample of KmeansPlusPlusInitialization is {count} and points are {points}: give a number from 1 "
            "to that of the points."
        )
    return rules.unknown_output(ctx)


def _seeding(points: torch.Tensor, count: torch.Tensor, seed: torch.Tensor, retries: torch.Tensor) -> torch.Tensor:
    wanted, total = int(count), points.shape[0]
    if not 1 <= wanted <= total:
        raise ValueError("more centers than points")
    random = np.random.default_rng(abs(int(seed)))
    candidates = 1 + (int(retries) if int(retries) >= 0 else 2 + int(log(wanted)))
    chosen = [int(random.integers(total))]
    nearest = _squared_distances(points, points[chosen]).squeeze(1)
    for _ in range(wanted - 1):
        drawn = _drawn(nearest, candidates, random)
        lowered = torch.minimum(_squared_distances(points, points[drawn]), nearest[:, None])
        best = int(lowered.sum(0).argmin())
        nearest = lowered[:, best]
        chosen.append(int(drawn[best]))
    return points[chosen]


def _drawn(weights: torch.Tensor, count: int, random: np.random.Generator) -> torch.Tensor:
    sums = np.cumsum(values.to_numpy(weights).astype(np.float64))
    if sums[-1] <= 0:  # every point is a center already
        return torch.from_numpy(random.integers(len(sums), size=count))
    places = np.searchsorted(sums, random.random(count) * sums[-1], side="right")
    return torch.from_numpy(np.minimum(places, len(sums) - 1))


register_op(
    "KmeansPlusPlusInitialization",
    inputs="points: float; num_to_sample: int64; seed: int64; num_retries_per_sample: int64",
    outputs="samples: float",
    shape=_seeding_shape,
    kernel=lambda op: _seeding,
    gradient=NO_GRADIENT,
)


def kmc2_chain_initialization(distances: Any, seed: Any, name: str | None = None) -> Tensor:
    """The end of a Markov chain over points, whose weights are its squared distances (API:
    tf.raw_ops.KMC2ChainInitialization; Bachem et al., "Approximate K-Means++ in Sublinear Time", 2016).

    Args:
        distances: float32 of shape [n]: the squared distance of each point of the chain to the closest center.
        seed: an int64 scalar.

    Returns:
        The index of the point where the chain ends, an int64 scalar.

    Raises:
        ValueError: no vector.
    """
    return apply_op("KMC2ChainInitialization", distances=distances, seed=seed, name=name)


def _chain_shape(ctx: InferenceContext) -> list[Any]:
    rules.with_rank(ctx.input(0), 1, "distances")
    return [scalar()]


def _chain(op: Operation) -> Any:
    def compute(distances: torch.Tensor, seed: torch.Tensor) -> torch.Tensor:
        random = np.random.default_rng(abs(int(seed)))
        steps = distances.tolist()
        place = 0
        for index in range(1, len(steps)):
            # Points at distance 0 are centers: the chain leaves them at once.
            if steps[place] <= 0 or steps[index] > random.random() * steps[place]:
                place = index
        return torch.tensor(place, dtype=torch.int64)

    return compute


register_op(
    "KMC2ChainInitialization",
    inputs="distances: float; seed: int64",
    outputs="index: int64",
    shape=_chain_shape,
    kernel=_chain,
    gradient=NO_GRADIENT,
)
