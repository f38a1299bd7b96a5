"""Numbers (API: tf.estimator.RegressionHead)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import dtypes
from convflow.graph.operation import Tensor
from convflow.modeling.losses.regression import mean_squared_error
from convflow.modeling.losses.weighted import Reduction
from convflow.modeling.metrics.means import mean
from convflow.ops.math.cast import cast
from convflow.ops.weights_broadcast import broadcast_weights
from convflow.training.estimator.canned.heads.checks import checked_labels
from convflow.training.estimator.canned.heads.head import Head, Losses
from convflow.training.estimator.export_outputs import PredictOutput, RegressionOutput
from convflow.training.saved_model.signature_constants import DEFAULT_SERVING_SIGNATURE_DEF_KEY


class RegressionHead(Head):
    """Squared differences (API: tf.estimator.RegressionHead, tf.contrib.estimator.regression_head).

    Args:
        weight_column, loss_reduction, loss_fn, name: see `Head`; a weight for each number may be given.
        label_dimension: how many numbers a label is.
        inverse_link_fn: from logits to predictions; None for the logits themselves.

    Raises:
        ValueError: no number.
    """

    def __init__(
        self,
        weight_column: Any = None,
        label_dimension: int = 1,
        loss_reduction: str = Reduction.SUM_OVER_BATCH_SIZE,
        loss_fn: Any = None,
        inverse_link_fn: Callable[[Tensor], Tensor] | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(weight_column, loss_reduction, loss_fn, name)
        if label_dimension < 1:
            raise ValueError(f"Invalid label_dimension {label_dimension}: a label is one number or more.")
        self._label_dimension = label_dimension
        self._inverse_link_fn = inverse_link_fn

    _weights_per_logit = True

    @property
    def logits_dimension(self) -> int:
        return self._label_dimension

    def predictions(self, logits: Tensor) -> dict[str, Tensor]:
        if self._inverse_link_fn is None:
            return {"predictions": logits}
        return {"predictions": self._inverse_link_fn(logits), "logits": logits}

    def _export_outputs(self, predictions: dict[str, Tensor]) -> dict[str, Any]:
        output = RegressionOutput(predictions["predictions"])
        return {
            DEFAULT_SERVING_SIGNATURE_DEF_KEY: output,
            "regression": output,
            "predict": PredictOutput(predictions),
        }

    def _unreduced(self, features: Any, logits: Tensor, labels: Any) -> tuple[Tensor, Tensor]:
        numbers = cast(checked_labels(labels, logits, self._label_dimension), dtypes.float32)
        if self._loss_fn is not None:
            return self._own_loss(numbers, logits, features), numbers
        return mean_squared_error(labels=numbers, predictions=logits, reduction=Reduction.NONE), numbers

    def _metrics(self, losses: Losses, predictions: dict[str, Tensor]) -> dict[str, Any]:
        values, weights = predictions["predictions"], losses.weights
        return {
            "prediction/mean": mean(values, weights=broadcast_weights(weights, values), name="prediction/mean"),
            "label/mean": mean(losses.labels, weights=weights),
        }
