"""Losses over a sample of very many classes (API: tf.nn.nce_loss, sampled_softmax_loss)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import operators  # noqa: F401  (tensors get their operators)
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import ones, ones_like, zeros_like
from convflow.ops.array.identity import stop_gradient
from convflow.ops.array.reshape import expand_dims, reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.slice import slice_
from convflow.ops.array.stack import stack
from convflow.ops.candidate_sampling import compute_accidental_hits, log_uniform_candidate_sampler
from convflow.ops.embedding import embedding_lookup, parts_of
from convflow.ops.losses import sigmoid_cross_entropy_with_logits
from convflow.ops.math.arithmetic import multiply
from convflow.ops.math.cast import cast
from convflow.ops.math.elementwise import log
from convflow.ops.math.matmul import matmul
from convflow.ops.sparse.to_dense import sparse_to_dense
from convflow.ops.xent import softmax_cross_entropy_with_logits_v2


def nce_loss(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int = 1,
    sampled_values: Any = None,
    remove_accidental_hits: bool = False,
    partition_strategy: str = "mod",
    name: str | None = "nce_loss",
) -> Tensor:
    """Noise-contrastive estimation: true classes against a sample of others (API: tf.nn.nce_loss).

    Source: Gutmann, Hyvarinen (2010); for language models Mnih, Teh (2012).

    Args:
        weights: a row for each class, shape (num_classes, size), or a list of the table's parts.
        biases: shape (num_classes,).
        labels: the true classes, int64, shape (batch, num_true).
        inputs: shape (batch, size).
        num_sampled: how many classes to draw for the batch.
        num_true: true classes per example.
        sampled_values: what a candidate sampler returned; `log_uniform_candidate_sampler` draws otherwise.
        remove_accidental_hits: do not count true classes that were drawn.
        partition_strategy: how the parts of a table share its rows, see `embedding_lookup`.

    Returns:
        A loss per example, shape (batch,).
    """
    logits, targets = _sampled_logits(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values,
        remove_accidental_hits, partition_strategy, name, None,
    )  # fmt: skip
    return _row_sums(sigmoid_cross_entropy_with_logits(labels=targets, logits=logits, name="sampled_losses"))


def sampled_softmax_loss(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int = 1,
    sampled_values: Any = None,
    remove_accidental_hits: bool = True,
    partition_strategy: str = "mod",
    name: str | None = "sampled_softmax_loss",
    seed: int | None = None,
) -> Tensor:
    """The softmax cross-entropy over the true classes and a sample (API: tf.nn.sampled_softmax_loss).

    For training alone: it underestimates the loss over all classes. Source: Jean et al. (2014).

    Args:
        weights: a row for each class, shape (num_classes, size), or a list of the table's parts.
        biases: shape (num_classes,).
        labels: the true classes, int64, shape (batch, num_true).
        inputs: shape (batch, size), of the type of `weights`.
        num_sampled: how many classes to draw for the batch.
        num_classes: how many classes there are.
        num_true: true classes per example.
        sampled_values: what a candidate sampler returned; `log_uniform_candidate_sampler` draws otherwise.
        remove_accidental_hits: do not count true classes that were drawn.
        partition_strategy: how the parts of a table share its rows, see `embedding_lookup`.
        seed: for the sampler that draws without `sampled_values`.

    Returns:
        A loss per example, shape (batch,).
    """
    logits, targets = _sampled_logits(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values,
        remove_accidental_hits, partition_strategy, name, seed,
    )  # fmt: skip
    targets = stop_gradient(targets, name="labels_stop_gradient")
    return softmax_cross_entropy_with_logits_v2(labels=targets, logits=logits)


def _sampled_logits(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int,
    sampled_values: Any,
    remove_accidental_hits: bool,
    partition_strategy: str,
    name: str | None,
    seed: int | None,
) -> tuple[Tensor, Tensor]:
    """Logits of the true and the sampled classes, corrected by how often each is drawn, and their targets.

    Returns:
        Both of shape (batch, num_true + num_sampled).
    """
    parts = parts_of(weights, "weights")
    with name_scope(name, "compute_sampled_logits", [*parts, biases, inputs, labels]):
        labels = cast(labels, dtypes.int64)
        flat_labels = reshape(labels, [-1])
        if sampled_values is None:
            sampled_values = log_uniform_candidate_sampler(labels, num_true, num_sampled, True, num_classes, seed)
        sampled, true_expected, sampled_expected = (stop_gradient(value) for value in sampled_values)
        sampled = cast(sampled, dtypes.int64)
        ids = concat([flat_labels, sampled], 0)

        rows = cast(embedding_lookup(parts, ids, partition_strategy), inputs.dtype)
        true_rows = slice_(rows, [0, 0], stack([shape_of(flat_labels)[0], -1]))
        sampled_rows = slice_(rows, stack([shape_of(flat_labels)[0], 0]), [-1, -1])
        sampled_logits = matmul(inputs, sampled_rows, transpose_b=True)

        offsets = cast(embedding_lookup(biases, ids, partition_strategy), inputs.dtype)
        true_offsets = slice_(offsets, [0], shape_of(flat_labels))
        sampled_offsets = slice_(offsets, shape_of(flat_labels), [-1])

        true_logits = _true_logits(inputs, true_rows, num_true) + reshape(true_offsets, [-1, num_true])
        sampled_logits = sampled_logits + sampled_offsets
        if remove_accidental_hits:
            sampled_logits = sampled_logits + _hits_masked(labels, sampled, num_true, num_sampled, sampled_logits.dtype)

        true_logits = true_logits - log(true_expected)
        sampled_logits = sampled_logits - log(sampled_expected)
        logits = concat([true_logits, sampled_logits], 1)
        return logits, concat([ones_like(true_logits) / num_true, zeros_like(sampled_logits)], 1)


def _true_logits(inputs: Tensor, true_rows: Tensor, num_true: int) -> Tensor:
    size = shape_of(true_rows)[1:2]
    by_example = concat([[-1, num_true], size], 0)
    products = multiply(expand_dims(inputs, 1), reshape(true_rows, by_example))
    dots = _row_sums(reshape(products, concat([[-1], size], 0)))
    return reshape(dots, [-1, num_true])


def _hits_masked(labels: Tensor, sampled: Tensor, num_true: int, num_sampled: int, dtype: dtypes.DType) -> Tensor:
    """The lowest number where a sampled class is a true one of its example, zeros elsewhere."""
    rows, columns, lowest = compute_accidental_hits(labels, sampled, num_true=num_true)
    rows = reshape(rows, [-1, 1])
    columns = reshape(cast(columns, dtypes.int32), [-1, 1])
    places = concat([rows, columns], 1, "sparse_indices")
    shape = concat([shape_of(labels)[:1], expand_dims(num_sampled, 0)], 0)
    return sparse_to_dense(places, shape, cast(lowest, dtype), default_value=0.0, validate_indices=False)


def _row_sums(x: Tensor) -> Tensor:
    # A product with ones, as TensorFlow has it.
    columns = shape_of(x)[1]
    return reshape(matmul(x, ones(stack([columns, 1]), x.dtype)), [-1])
