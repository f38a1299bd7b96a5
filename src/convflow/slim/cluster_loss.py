"""The loss of a clustering (API: slim.losses.cluster_loss). Song, Jegelka, Rathod, Murphy 2017, arXiv:1612.01213.

The search for the centres runs on arrays and has no gradient; the score of what it finds has one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.graph.operation import Tensor
from convflow.ops.array.concat import concat
from convflow.ops.array.gather import gather
from convflow.ops.array.reshape import expand_dims, reshape, squeeze
from convflow.ops.array.sequence import range as range_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.shape_ops import size
from convflow.ops.array.unique import unique
from convflow.ops.logging import Print
from convflow.ops.math.arithmetic import maximum
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal
from convflow.ops.math.reduce import reduce_min, reduce_sum
from convflow.ops.math.unsorted_segment import unsorted_segment_min
from convflow.ops.script import py_func
from convflow.slim.cluster_search import Search, assignment, scorer
from convflow.slim.metric_learning import pairwise_distance
from convflow.training.summaries import scalar


def _on_arrays(function: Callable[..., Any], inputs: list[Any], dtype: Any, shape: Any) -> Any:
    result = py_func(function, inputs, [dtype], stateful=False)[0]
    result.set_shape(shape)
    return result


def update_1d_tensor(y: Any, index: Any, value: Any) -> Tensor:
    """The vector `y` with `value` at `index` (API: tf.contrib.losses.metric_learning).

    Args:
        y: a vector.
        index: an int or a scalar tensor, from 0 on.
        value: a number of its type.

    Returns:
        another vector; `y` stays as it is.
    """
    return concat([y[:index], reshape(value, [1]), y[index + 1 :]], 0)


def get_cluster_assignment(pairwise_distances: Any, centroid_ids: Any) -> Tensor:
    """The place, among the centres, of each row's nearest one.

    Args:
        pairwise_distances: shape (rows, rows).
        centroid_ids: which rows are centres: shape (centres,).

    Returns:
        int64, shape (rows,); a centre is its own.
    """
    return _on_arrays(assignment, [pairwise_distances, centroid_ids], dtypes.int64, [None])


def compute_facility_energy(pairwise_distances: Any, centroid_ids: Any) -> Tensor:
    """The negative sum of all rows' distances to their nearest centres.

    API: tf.contrib.losses.metric_learning.

    Args:
        pairwise_distances: float32, shape (rows, rows).
        centroid_ids: the centres' rows, whole numbers.

    Returns:
        a scalar with a gradient.
    """
    return -1.0 * reduce_sum(reduce_min(gather(pairwise_distances, centroid_ids), axis=0))


def compute_clustering_score(labels: Any, predictions: Any, margin_type: str) -> Tensor:
    """How like the clusters are to the classes, 1 for the same: a float32 scalar.

    Args:
        labels, predictions: shape (rows,).
        margin_type: "nmi", "ami", "ari", "vmeasure" or "const".

    Raises:
        ImportError: scikit-learn is not installed.
        ValueError: another margin type.
    """
    return _on_arrays(scorer(margin_type), [labels, predictions], dtypes.float32, [])


def _searched(
    find: Callable[..., np.ndarray], distances: Any, labels: Any, multiplier: float, margin_type: str, *others: Any
) -> Any:
    scorer(margin_type)

    def run(distances: Any, labels: Any, multiplier: Any, *others: Any) -> np.ndarray:
        return find(Search(distances, labels, multiplier, margin_type), *others).astype(np.int32)

    inputs = [distances, labels, cast(multiplier, dtypes.float32), *others]
    return _on_arrays(run, inputs, dtypes.int32, [None])


def compute_augmented_facility_locations(
    pairwise_distances: Any, labels: Any, all_ids: Any, margin_multiplier: Any, margin_type: str
) -> Tensor:
    """As many centres as there are classes, each the best beside those before: int32, shape (classes,).

    Args:
        pairwise_distances: shape (rows, rows).
        labels: classes, shape (rows,).
        all_ids: the rows that may be centres.
        margin_multiplier: weight of the clustering's unlikeness to the labels.
        margin_type: see `compute_clustering_score`.
    """
    return _searched(Search.greedy, pairwise_distances, labels, margin_multiplier, margin_type, all_ids)


def update_medoid_per_cluster(
    pairwise_distances: Any,
    pairwise_distances_subset: Any,
    labels: Any,
    chosen_ids: Any,
    cluster_member_ids: Any,
    cluster_idx: Any,
    margin_multiplier: Any,
    margin_type: str,
) -> Tensor:
    """The centres, that of one cluster exchanged for the best of its members: int32, shape (classes,).

    Args:
        pairwise_distances: shape (rows, rows).
        pairwise_distances_subset: those among the members; they are taken from `pairwise_distances`.
        labels: classes, shape (rows,).
        chosen_ids: the centres.
        cluster_member_ids: the cluster's rows.
        cluster_idx: its place among the centres.
        margin_multiplier, margin_type: see `compute_augmented_facility_locations`.
    """

    def find(search: Search, chosen: np.ndarray, members: np.ndarray, cluster: Any) -> np.ndarray:
        return search.better_medoid(chosen, members.reshape(-1), int(cluster))

    others = (chosen_ids, cluster_member_ids, cluster_idx)
    return _searched(find, pairwise_distances, labels, margin_multiplier, margin_type, *others)


def update_all_medoids(
    pairwise_distances: Any, predictions: Any, labels: Any, chosen_ids: Any, margin_multiplier: Any, margin_type: str
) -> Tensor:
    """The centres, each exchanged for the best of its cluster's rows, one after the other: int32, shape (classes,).

    Args:
        predictions: each row's cluster, shape (rows,).
        pairwise_distances, labels, chosen_ids, margin_multiplier, margin_type: see `update_medoid_per_cluster`.
    """
    others = (chosen_ids, predictions)
    return _searched(Search.better_medoids, pairwise_distances, labels, margin_multiplier, margin_type, *others)


def compute_augmented_facility_locations_pam(
    pairwise_distances: Any,
    labels: Any,
    margin_multiplier: Any,
    margin_type: str,
    chosen_ids: Any,
    pam_max_iter: int = 5,
) -> Tensor:
    """Centres made better by partitioning around medoids.

    API: tf.contrib.losses.metric_learning.

    Args:
        pairwise_distances: float32, shape (rows, rows).
        labels: classes, shape (rows,).
        margin_multiplier: weight of the clustering's unlikeness to the labels.
        margin_type: see `compute_clustering_score`.
        chosen_ids: the centres to begin with, shape (classes,).
        pam_max_iter: how many times all centres are exchanged for better ones; 5 by default.

    Returns:
        the centres, int32, shape (classes,).

    Raises:
        ValueError: an unknown `margin_type`. ImportError: scikit-learn is not installed.
    """

    def find(search: Search, chosen: np.ndarray) -> np.ndarray:
        return search.refined(chosen, pam_max_iter)

    return _searched(find, pairwise_distances, labels, margin_multiplier, margin_type, chosen_ids)


def compute_gt_cluster_score(pairwise_distances: Any, labels: Any) -> Tensor:
    """`compute_facility_energy` of the classes with their best centres.

    API: tf.contrib.losses.metric_learning.

    Args:
        pairwise_distances: float32, shape (rows, rows).
        labels: classes, shape (rows,).

    Returns:
        a float32 scalar with a gradient.
    """
    same = cast(equal(expand_dims(labels, 1), expand_dims(labels, 0)), dtypes.float32)
    within = reduce_sum(pairwise_distances * same, axis=0)
    classes = unique(labels)
    return -1.0 * reduce_sum(unsorted_segment_min(within, classes.idx, size(classes.y)))


def cluster_loss(
    labels: Any,
    embeddings: Any,
    margin_multiplier: float,
    enable_pam_finetuning: bool = True,
    margin_type: str = "nmi",
    print_losses: bool = False,
) -> Tensor:
    """By how much the worst clustering scores above that of the classes (API: slim.losses.cluster_loss).

    Args:
        labels: classes, shape (batch, 1).
        embeddings: shape (batch, size), as a rule of length 1.
        margin_multiplier: weight of the clusterings' unlikeness.
        enable_pam_finetuning: make the centres that were found better.
        margin_type: what measures unlikeness: "nmi" (normalized mutual information), "ami" (adjusted), "ari"
            (adjusted Rand index), "vmeasure" or "const" (whether they are the same).
        print_losses: write the loss to the error stream when it runs.

    Returns:
        a scalar. Both scores and the likeness are summaries too.

    Raises:
        ImportError: scikit-learn is not installed.
        ValueError: another margin type.
    """
    distances = pairwise_distance(embeddings)
    labels = squeeze(labels)
    all_ids = range_of(shape_of(embeddings)[0])
    chosen = compute_augmented_facility_locations(distances, labels, all_ids, margin_multiplier, margin_type)
    if enable_pam_finetuning:
        chosen = compute_augmented_facility_locations_pam(distances, labels, margin_multiplier, margin_type, chosen)
    score_pred: Any = compute_facility_energy(distances, chosen)
    likeness: Any = compute_clustering_score(labels, get_cluster_assignment(distances, chosen), margin_type)
    score_gt = compute_gt_cluster_score(distances, labels)
    unlikeness = margin_multiplier * (1.0 - likeness)
    loss: Any = maximum(score_pred + unlikeness - score_gt, 0.0, name="clustering_loss")
    loss.set_shape([])
    if print_losses:
        loss = Print(loss, ["clustering_loss: ", loss, shape_of(loss)])
    scalar("losses/score_pred", score_pred)
    scalar("losses/" + margin_type, likeness)
    scalar("losses/score_gt", score_gt)
    return loss
