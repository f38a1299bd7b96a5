"""One of several classes (API: tf.estimator.MultiClassHead)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convflow.graph.operation import Tensor
from convflow.modeling.losses.classification import sparse_softmax_cross_entropy
from convflow.modeling.losses.weighted import Reduction
from convflow.modeling.metrics.means import accuracy
from convflow.ops.array.reshape import expand_dims
from convflow.ops.softmax import softmax
from convflow.training.estimator.canned.heads.checks import checked_labels, in_range
from convflow.training.estimator.canned.heads.classes import Classes, outputs
from convflow.training.estimator.canned.heads.head import Head, Losses


class MultiClassHead(Head):
    """Softmax over three or more classes (API: tf.estimator.MultiClassHead, tf.contrib.estimator.multi_class_head).

    Args:
        n_classes: how many classes, more than 2.
        weight_column, loss_reduction, loss_fn, name: see `Head`.
        label_vocabulary: the classes' names, if labels are strings.

    Raises:
        ValueError: fewer classes, or as many names as there are no classes.
    """

    def __init__(
        self,
        n_classes: int,
        weight_column: Any = None,
        label_vocabulary: Sequence[str] | None = None,
        loss_reduction: str = Reduction.SUM_OVER_BATCH_SIZE,
        loss_fn: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__(weight_column, loss_reduction, loss_fn, name)
        if n_classes is None or n_classes <= 2:
            raise ValueError(f"n_classes must be > 2: {n_classes}. For 2, use a binary head.")
        self._classes = Classes(n_classes, label_vocabulary)

    @property
    def logits_dimension(self) -> int:
        return self._classes.count

    def predictions(self, logits: Tensor) -> dict[str, Tensor]:
        ids, names = self._classes.likeliest(logits)
        return {
            "logits": logits,
            "probabilities": softmax(logits, name="probabilities"),
            "class_ids": ids,
            "classes": names,
            "all_class_ids": self._classes.all_ids(logits),
            "all_classes": self._classes.all_names(logits),
        }

    def _export_outputs(self, predictions: dict[str, Tensor]) -> dict[str, Any]:
        return outputs(self._classes, predictions, {})

    def _unreduced(self, features: Any, logits: Tensor, labels: Any) -> tuple[Tensor, Tensor]:
        ids = self._classes.ids_of(checked_labels(labels, logits, 1))
        if not ids.dtype.is_integer:
            raise ValueError(f"Labels dtype should be integer. Instead got {ids.dtype}. Cast them in the input_fn.")
        ids = in_range(ids, self._classes.count)
        if self._loss_fn is not None:
            return self._own_loss(ids, logits, features), ids
        losses = sparse_softmax_cross_entropy(labels=ids, logits=logits, reduction=Reduction.NONE)
        return expand_dims(losses, axis=-1), ids

    def _metrics(self, losses: Losses, predictions: dict[str, Tensor]) -> dict[str, Any]:
        ids = predictions["class_ids"]
        return {"accuracy": accuracy(losses.labels, ids, weights=losses.weights, name="accuracy")}
