"""K-means as nodes of a graph (API: tf.contrib.factorization.KMeans)."""

from __future__ import annotations

from typing import Any, NamedTuple

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import control_dependencies
from convflow.modeling.clustering.initial import KMC2_INIT, KMEANS_PLUS_PLUS_INIT, RANDOM_INIT, InitialCenters
from convflow.modeling.variables.variable import Variable
from convflow.ops.array.constant import constant, ones, ones_like, zeros, zeros_like
from convflow.ops.array.gather import gather, unsorted_segment_sum
from convflow.ops.array.identity import group, identity
from convflow.ops.array.reshape import reshape, squeeze
from convflow.ops.array.shape_ops import size as size_of
from convflow.ops.array.transpose import transpose
from convflow.ops.array.unique import unique
from convflow.ops.clustering import nearest_neighbors
from convflow.ops.control_flow import cond
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import less_equal
from convflow.ops.math.elementwise import reciprocal, square
from convflow.ops.math.matmul import matmul
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.norm import l2_normalize
from convflow.ops.scatter import scatter_add
from convflow.ops.state import assign, assign_sub

SQUARED_EUCLIDEAN_DISTANCE, COSINE_DISTANCE = "squared_euclidean", "cosine"
CLUSTERS_VAR_NAME = "clusters"
# A cluster without points divides by this.
_EPSILON = 1e-6


class _Variables(NamedTuple):
    centers: Variable
    initialized: Variable
    counts: Variable | None
    updated: Variable
    update_in_steps: Variable | None


class KMeans:
    """Clusters points by their distance to centers (API: tf.contrib.factorization.KMeans; Lloyd, "Least squares
    quantization in PCM", 1982; mini batches: Sculley, "Web-Scale K-Means Clustering", 2010).

    Args:
        inputs: float32 of shape [n, d], or a list of such tensors.
        num_clusters: how many clusters, an integer or an integer scalar tensor.
        initial_clusters: RANDOM_INIT ("random", the default), KMEANS_PLUS_PLUS_INIT ("kmeans_plus_plus"), KMC2_INIT
            ("kmc2"), centers of shape [num_clusters, d], or a function (inputs, how many are missing) of them.
        distance_metric: SQUARED_EUCLIDEAN_DISTANCE or COSINE_DISTANCE.
        use_mini_batch: each step moves the centers towards its batch; otherwise they become the means of the inputs,
            which are then all points.
        mini_batch_steps_per_iteration: after how many steps new centers take the place of those that distances are
            taken to.
        random_seed: of the initialization.
        kmeans_plus_plus_num_retries: how many more candidates k-means++ draws for each center.
        kmc2_chain_length: how many candidates KMC2 draws for each center.

    Raises:
        ValueError: an initialization or a metric of another name.
    """

    def __init__(
        self,
        inputs: Any,
        num_clusters: Any,
        initial_clusters: Any = RANDOM_INIT,
        distance_metric: str = SQUARED_EUCLIDEAN_DISTANCE,
        use_mini_batch: bool = False,
        mini_batch_steps_per_iteration: int = 1,
        random_seed: int = 0,
        kmeans_plus_plus_num_retries: int = 2,
        kmc2_chain_length: int = 200,
    ) -> None:
        strategies = (RANDOM_INIT, KMEANS_PLUS_PLUS_INIT, KMC2_INIT)
        if isinstance(initial_clusters, str) and initial_clusters not in strategies:
            raise ValueError(
                f"Unsupported initialization algorithm '{initial_clusters}': KMeans knows {', '.join(strategies)}."
            )
        metrics = (SQUARED_EUCLIDEAN_DISTANCE, COSINE_DISTANCE)
        if distance_metric not in metrics:
            raise ValueError(f"Unsupported distance metric '{distance_metric}': KMeans knows {', '.join(metrics)}.")
        listed = inputs if isinstance(inputs, (list, tuple)) else [inputs]
        self._inputs = [convert_to_tensor(points, dtype=dtypes.float32) for points in listed]
        self._num_clusters = num_clusters
        self._initial_clusters = initial_clusters
        self._cosine = distance_metric == COSINE_DISTANCE
        self._use_mini_batch = use_mini_batch
        self._steps = int(mini_batch_steps_per_iteration)
        self._random_seed = random_seed
        self._retries = kmeans_plus_plus_num_retries
        self._chain_length = kmc2_chain_length

    @property
    def _centers_are_normalized(self) -> bool:
        # With steps of one batch the centers move on without being normalized again.
        return self._cosine and (not self._use_mini_batch or self._steps > 1)

    def training_graph(self) -> tuple[Any, Any, Any, Variable, Operation, Operation]:
        """The nodes of training.

        Returns:
            all_scores: for each input the distances of its points to all centers, shape [n, num_clusters].
            cluster_idx: for each input the closest center of each point, int64, shape [n].
            scores: for each input the distance to that, shape [n].
            cluster_centers_initialized: a variable of type bool.
            init_op: adds centers; run it, feeding batches, until the variable is true. Once is enough where a batch
                has at least num_clusters points.
            training_op: one step.
        """
        variables = self._variables()
        init_op = self._initial(variables).op()
        inputs = [l2_normalize(points, 1) for points in self._inputs] if self._cosine else self._inputs
        centers: Any = variables.centers
        if self._cosine and not self._centers_are_normalized:
            centers = l2_normalize(centers, 1)
        all_scores = tuple(self._distances(points, centers) for points in inputs)
        closest = [nearest_neighbors(points, centers, 1) for points in inputs]
        cluster_idx = tuple(squeeze(found.nearest_center_indices, [-1]) for found in closest)
        scores = tuple(self._score(found.nearest_center_distances) for found in closest)
        training_op = self._training(inputs, cluster_idx, variables)
        return all_scores, cluster_idx, scores, variables.initialized, init_op, training_op

    def _variables(self) -> _Variables:
        empty = constant([], dtype=dtypes.float32)
        centers = Variable(empty, name=CLUSTERS_VAR_NAME, validate_shape=False)
        initialized = Variable(False, dtype=dtypes.bool, name="initialized")
        if not self._use_mini_batch:
            return _Variables(centers, initialized, None, centers, None)
        if self._steps <= 1:
            counts = Variable(ones([self._num_clusters], dtype=dtypes.int64))
            return _Variables(centers, initialized, counts, centers, None)
        updated = Variable(empty, name="clusters_updated", validate_shape=False)
        left = Variable(self._steps, dtype=dtypes.int64, name="update_in_steps")
        counts = Variable(zeros([self._num_clusters], dtype=dtypes.int64))
        return _Variables(centers, initialized, counts, updated, left)

    def _initial(self, variables: _Variables) -> InitialCenters:
        both = [variables.centers] + ([variables.updated] if variables.updated is not variables.centers else [])
        return InitialCenters(
            self._inputs, convert_to_tensor(self._num_clusters, dtype=dtypes.int32), self._initial_clusters,
            self._cosine, self._random_seed, self._retries, self._chain_length, both, variables.initialized,
        )  # fmt: skip

    def _distances(self, points: Tensor, centers: Any) -> Tensor:
        if self._cosine:
            return 1 - matmul(points, l2_normalize(centers, 1), transpose_b=True)
        own = reduce_sum(square(points), 1, keepdims=True)
        others = transpose(reduce_sum(square(centers), 1, keepdims=True))
        return own - 2 * matmul(points, centers, transpose_b=True) + others

    def _score(self, squares: Tensor) -> Tensor:
        # Of vectors of length 1, half the squared distance is the cosine distance.
        return squeeze(squares * 0.5 if self._cosine else squares, [-1])

    def _training(self, inputs: list[Tensor], cluster_idx: tuple[Tensor, ...], variables: _Variables) -> Operation:
        if not self._use_mini_batch:
            return self._means(inputs, cluster_idx, variables.centers)
        if variables.update_in_steps is None:
            return _moved(inputs, cluster_idx, variables)
        with control_dependencies([self._synchronized(variables)]):
            return _moved(inputs, cluster_idx, variables)

    def _means(self, inputs: list[Tensor], cluster_idx: tuple[Tensor, ...], centers: Variable) -> Operation:
        """The centers become the means of their points."""
        number = convert_to_tensor(self._num_clusters, dtype=dtypes.int32)
        sums, counts = [], []
        for points, nearest in zip(inputs, cluster_idx, strict=True):
            sums.append(unsorted_segment_sum(points, nearest, number))
            each = reshape(ones_like(nearest, dtype=dtypes.float32), [-1, 1])
            counts.append(unsorted_segment_sum(each, nearest, number))
        means = sum(sums[1:], sums[0]) / (sum(counts[1:], counts[0]) + _EPSILON)
        if self._centers_are_normalized:
            means = l2_normalize(means, 1)
        return assign(centers, means).op

    def _synchronized(self, variables: _Variables) -> Operation:
        """Every so many steps the centers that were moved take the place of those distances are taken to."""
        left, counts = variables.update_in_steps, variables.counts
        if left is None or counts is None:
            raise ValueError("centers are kept apart only with several steps in an iteration")

        def take_over() -> Operation:
            moved: Any = variables.updated
            if self._cosine:
                moved = l2_normalize(moved, 1)
            with control_dependencies([assign(variables.centers, moved), assign(variables.updated, moved)]):
                return group(assign(counts, zeros_like(counts)), assign(left, self._steps - 1))

        return cond(less_equal(left, 0), take_over, lambda: group(assign_sub(left, 1)))


def _moved(inputs: list[Tensor], cluster_idx: tuple[Tensor, ...], variables: _Variables) -> Operation:
    """The centers move towards the means of their points, less with every point they have seen."""
    steps = []
    for points, nearest in zip(inputs, cluster_idx, strict=True):
        ids, places = unique(nearest)
        number = size_of(ids)
        old_counts = gather(variables.counts, ids)
        old_centers = identity(gather(variables.updated, ids))
        new_counts = unsorted_segment_sum(ones_like(places, dtype=dtypes.int64), places, number)
        change = unsorted_segment_sum(points, places, number) - _column(new_counts, points) * old_centers
        change = change * reciprocal(_column(old_counts + new_counts, points))
        with control_dependencies([change]):
            steps += [scatter_add(variables.counts, ids, new_counts), scatter_add(variables.updated, ids, change)]
    return group(*steps)


def _column(counts: Tensor, like: Tensor) -> Tensor:
    return reshape(cast(counts, like.dtype), [-1, 1])
