"""The centers that k-means begins with."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import control_dependencies
from convflow.modeling.variables.variable import Variable
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import constant
from convflow.ops.array.gather import gather
from convflow.ops.array.identity import group, identity, no_op
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.assert_compare import assert_equal, assert_greater_equal, assert_positive
from convflow.ops.clustering import kmc2_chain_initialization, kmeans_plus_plus_initialization, nearest_neighbors
from convflow.ops.control_flow import cond
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal, less_equal
from convflow.ops.norm import l2_normalize
from convflow.ops.random import random_uniform
from convflow.ops.state import assign
from convflow.ops.while_loop import while_loop

RANDOM_INIT, KMEANS_PLUS_PLUS_INIT, KMC2_INIT = "random", "kmeans_plus_plus", "kmc2"


class InitialCenters:
    """Chooses centers from the first batches that a program feeds.

    Args:
        inputs: the points, tensors of shape [n, d]; centers are drawn from all of them.
        num_clusters: how many centers there will be, an int32 scalar.
        initial_clusters: RANDOM_INIT, KMEANS_PLUS_PLUS_INIT, KMC2_INIT, the centers themselves, or a function
            (inputs, how many are missing) that gives them.
        normalize: whether centers are divided by their norm.
        random_seed: of the draws.
        retries: of k-means++.
        chain_length: of KMC2.
        centers: the variables that begin with them, the first of which is the one that grows.
        initialized: a variable of type bool: whether all centers are there.
    """

    def __init__(
        self, inputs: list[Tensor], num_clusters: Tensor, initial_clusters: Any, normalize: bool, random_seed: int,
        retries: int, chain_length: int, centers: list[Variable], initialized: Variable,
    ) -> None:  # fmt: skip
        self._inputs, self._initial = inputs, initial_clusters
        self._normalize, self._seed, self._retries, self._chain = normalize, random_seed, retries, chain_length
        self._centers, self._initialized = centers, initialized
        self._points = concat(inputs, 0) if len(inputs) > 1 else inputs[0]
        self._count = shape_of(self._points)[0]
        self._selected = shape_of(centers[0])[0]
        self._num_clusters = num_clusters
        self._missing = num_clusters - self._selected

    def op(self) -> Operation:
        """Adds centers until all are there; then it checks that they are known to be."""
        done = equal(self._missing, 0)
        return cond(done, lambda: group(assert_equal(self._initialized, True)), self._initialize).op

    def _initialize(self) -> Operation:
        with control_dependencies([assert_positive(self._missing)]):
            still_missing = self._add()
        complete = equal(still_missing, 0)
        return cond(complete, lambda: group(assign(self._initialized, True)), lambda: no_op())

    def _add(self) -> Tensor:
        """Puts new centers behind those there are; how many are missing after that."""
        new = self._chosen()
        if self._normalize:
            new = l2_normalize(new, 1)
        everyone = cond(equal(self._selected, 0), lambda: identity(new), lambda: concat([self._centers[0], new], 0))
        for variable in self._centers:
            everyone = assign(variable, everyone, validate_shape=False)
        return self._num_clusters - shape_of(everyone)[0]

    def _chosen(self) -> Tensor:
        if callable(self._initial):
            return convert_to_tensor(self._initial(self._inputs, self._missing), dtype=dtypes.float32)
        if not isinstance(self._initial, str):
            return convert_to_tensor(self._initial, dtype=dtypes.float32)
        if self._initial == RANDOM_INIT:
            return self._all_or(self._random)
        if self._initial == KMEANS_PLUS_PLUS_INIT:
            with control_dependencies([assert_greater_equal(self._count, self._missing)]):
                return identity(self._plus_plus())
        return self._all_or(self._chained)

    def _all_or(self, draw: Any) -> Tensor:
        """All points, where no more are there than centers are missing."""
        return cond(less_equal(self._count, self._missing), lambda: identity(self._points), draw)

    def _random(self) -> Tensor:
        indices = random_uniform(
            reshape(self._missing, [-1]), 0, cast(self._count, dtypes.int64), dtypes.int64, seed=self._seed
        )
        return gather(self._points, indices)

    def _plus_plus(self) -> Tensor:
        wanted = cast(self._missing, dtypes.int64)
        return kmeans_plus_plus_initialization(
            self._points, wanted, constant(self._seed, dtypes.int64), constant(self._retries, dtypes.int64)
        )

    def _chained(self) -> Tensor:
        """One point, uniformly drawn, and then the ends of chains."""
        first = gather(self._points, self._uniform(1))

        def another(count: Any, centers: Any) -> list[Any]:
            indices = self._uniform(self._chain)
            squares = nearest_neighbors(gather(self._points, indices), centers, 1).nearest_center_distances
            end = kmc2_chain_initialization(reshape(squares, [-1]), cast(count + self._seed, dtypes.int64))
            return [count + 1, concat([centers, gather(self._points, reshape(gather(indices, end), [1]))], 0)]

        width = self._points.shape.as_list()[1]
        first.set_shape([1, width])
        _, centers = while_loop(
            lambda count, _: count < self._missing,
            another,
            [constant(1), first],
            shape_invariants=[constant(1).shape, TensorShape([None, width])],
        )
        return centers

    def _uniform(self, count: int) -> Tensor:
        return random_uniform([count], 0, cast(self._count, dtypes.int64), dtypes.int64, seed=self._seed)
