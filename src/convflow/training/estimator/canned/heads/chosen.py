"""The head of a ready-made estimator (API: tf.estimator.DNNClassifier, DNNRegressor)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convflow.training.estimator.canned.heads.binary import BinaryClassHead
from convflow.training.estimator.canned.heads.head import Head
from convflow.training.estimator.canned.heads.multi_class import MultiClassHead


def classifier_head(
    n_classes: int, weight_column: Any, label_vocabulary: Sequence[str] | None, loss_reduction: str
) -> Head:
    """The head of two classes, or of more; ValueError for fewer."""
    if n_classes == 2:
        return BinaryClassHead(weight_column, None, label_vocabulary, loss_reduction)
    return MultiClassHead(n_classes, weight_column, label_vocabulary, loss_reduction)
