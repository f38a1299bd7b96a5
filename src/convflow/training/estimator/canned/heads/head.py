"""What all heads do (API: tf.estimator.Head)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from convflow.graph.collections import GraphKeys
from convflow.graph.operation import Tensor
from convflow.graph.scopes import get_collection, name_scope
from convflow.modeling.losses.weighted import Reduction, compute_weighted_loss
from convflow.modeling.metrics.means import mean
from convflow.ops import operators  # noqa: F401  (tensors get their operators)
from convflow.ops.array.constant import ones_like
from convflow.ops.array.identity import group
from convflow.ops.math.arithmetic import add_n
from convflow.ops.math.reduce import reduce_sum
from convflow.training import summaries
from convflow.training.estimator.canned.heads.checks import checked_logits, checked_weights
from convflow.training.estimator.functions import argument_names
from convflow.training.estimator.mode_keys import ModeKeys
from convflow.training.estimator.spec import EstimatorSpec
from convflow.training.global_step import get_global_step


class Losses(NamedTuple):
    """The loss of a batch and what it is made of; `labels` are ids or numbers, of the logits' axes."""

    training_loss: Tensor
    unreduced_loss: Tensor
    weights: Any
    labels: Tensor


class Head:
    """From logits to an `EstimatorSpec` (API: tf.estimator.Head). Subclasses give what is not said here.

    Args:
        weight_column: a key or a column of the examples' weights, None for 1.
        loss_reduction: one of `tf.losses.Reduction`, but not NONE.
        loss_fn: from `labels` and `logits`, and `features` if it likes, to losses of shape (examples, 1); None for
            the head's own.
        name: joins the names of metrics and summaries.

    Raises:
        ValueError: no such reduction, or a function of other arguments.
    """

    def __init__(self, weight_column: Any, loss_reduction: str, loss_fn: Any, name: str | None) -> None:
        Reduction.validate(loss_reduction)
        if loss_reduction == Reduction.NONE:
            raise ValueError(f"Invalid loss_reduction: {loss_reduction}. Training needs one number, such as SUM.")
        if loss_fn is not None:
            _check_loss_fn(loss_fn)
        self._weight_column = weight_column
        self._loss_reduction = loss_reduction
        self._loss_fn = loss_fn
        self._name = name

    # What subclasses give

    @property
    def logits_dimension(self) -> int:
        """The size of the logits' last axis."""
        raise NotImplementedError(f"{type(self).__name__} does not say how many logits it takes.")

    def predictions(self, logits: Tensor) -> dict[str, Tensor]:
        """By name what the model says."""
        raise NotImplementedError(f"{type(self).__name__} has no predictions.")

    def _export_outputs(self, predictions: dict[str, Tensor]) -> dict[str, Any]:
        raise NotImplementedError(f"{type(self).__name__} has no export outputs.")

    def _unreduced(self, features: Any, logits: Tensor, labels: Any) -> tuple[Tensor, Tensor]:
        """The loss of each example, with the axes of the logits, and the labels that it was compared with."""
        raise NotImplementedError(f"{type(self).__name__} has no loss.")

    def _metrics(self, losses: Losses, predictions: dict[str, Tensor]) -> dict[str, Any]:
        raise NotImplementedError(f"{type(self).__name__} has no metrics.")

    # What is common to them

    @property
    def name(self) -> str | None:
        return self._name

    def _key(self, key: str) -> str:
        return f"{key}/{self._name}" if self._name else key

    _weights_per_logit = False

    def create_loss(self, features: Mapping[str, Any], mode: str, logits: Tensor, labels: Any) -> Losses:
        """The loss of a batch."""
        unreduced, labels = self._unreduced(features, logits, labels)
        weights = checked_weights(features, self._weight_column, logits, self._weights_per_logit)
        loss = compute_weighted_loss(unreduced, weights=weights, reduction=self._loss_reduction)
        return Losses(loss, unreduced, weights, labels)

    def _own_loss(self, labels: Tensor, logits: Tensor, features: Any) -> Tensor:
        """What the program's loss function says."""
        more = {"features": features} if "features" in argument_names(self._loss_fn) else {}
        losses = self._loss_fn(labels=labels, logits=logits, **more)
        rank, wanted = losses.shape.rank, logits.shape.rank
        if rank is not None and wanted is not None and rank != wanted:
            raise ValueError(
                f"loss_fn returned a tensor of shape {losses.shape}, it must have the axes of the logits, "
                f"{logits.shape[:-1].concatenate(1)}. Use tf.expand_dims(loss, -1)."
            )
        return losses

    def create_estimator_spec(
        self,
        features: Mapping[str, Any],
        mode: str,
        logits: Any,
        labels: Any = None,
        optimizer: Any = None,
        train_op_fn: Callable[[Tensor], Any] | None = None,
        regularization_losses: Sequence[Tensor] | None = None,
        trainable_variables: Any = None,
        update_ops: Sequence[Any] | None = None,
    ) -> EstimatorSpec:
        """What a model function returns.

        Args:
            features: of the input function; the weights are among them.
            mode: one of `tf.estimator.ModeKeys`.
            logits: shape (examples, logits_dimension).
            labels: of the input function, unless predicting.
            optimizer: trains the loss; or:
            train_op_fn: makes a step of the loss.
            regularization_losses: added to the loss.
            trainable_variables: those that `optimizer` changes; all by default.
            update_ops: run with each step; those of `tf.GraphKeys.UPDATE_OPS` by default.

        Raises:
            ValueError: both an optimizer and a function, or none of them; labels or logits of other shapes.
        """
        with name_scope(self._name, "head"):
            with name_scope(None, "predictions", [logits]):
                logits = checked_logits(logits, self.logits_dimension)
                predictions = self.predictions(logits)
            if mode == ModeKeys.PREDICT:
                outputs = self._export_outputs(predictions)
                return EstimatorSpec(mode, predictions=predictions, export_outputs=outputs)
            losses = self.create_loss(features, mode, logits, labels)
            regularization = add_n(list(regularization_losses)) if regularization_losses else None
            loss = losses.training_loss
            if regularization is not None:
                loss = add_n([loss, regularization])
            if mode == ModeKeys.EVAL:
                metrics = self._all_metrics(losses, predictions, regularization)
                return EstimatorSpec(mode, predictions=predictions, loss=loss, eval_metric_ops=metrics)
            train_op = _train_op(loss, optimizer, train_op_fn, trainable_variables)
            updates = get_collection(GraphKeys.UPDATE_OPS) if update_ops is None else list(update_ops)
            if updates:
                train_op = group(train_op, *updates)
            mean_loss = self._mean_loss(losses)
        with name_scope(""):
            summaries.scalar(self._key("loss"), loss)
            if mean_loss is not None:
                summaries.scalar(self._key("average_loss"), mean_loss)
            if regularization is not None:
                summaries.scalar(self._key("regularization_loss"), regularization)
        return EstimatorSpec(mode, predictions=predictions, loss=loss, train_op=train_op)

    def _mean_loss(self, losses: Losses) -> Tensor | None:
        if self._loss_reduction != Reduction.SUM:
            return None
        return losses.training_loss / reduce_sum(losses.weights * ones_like(losses.unreduced_loss))

    def _all_metrics(self, losses: Losses, predictions: dict[str, Tensor], regularization: Any) -> dict[str, Any]:
        with name_scope(None, "metrics"):
            found = {"average_loss": mean(losses.unreduced_loss, weights=losses.weights, name="average_loss")}
            found |= self._metrics(losses, predictions)
            if regularization is not None:
                found["regularization_loss"] = mean(regularization, name="regularization_loss")
        return {self._key(key): pair for key, pair in found.items()}


def _check_loss_fn(loss_fn: Any) -> None:
    names = argument_names(loss_fn)
    for needed in ("labels", "logits"):
        if needed not in names:
            raise ValueError(f"loss_fn must contain argument: {needed}. Given arguments: {sorted(names)}")
    unknown = sorted(names - {"labels", "logits", "features"})
    if unknown:
        raise ValueError(f"loss_fn has unexpected args: {unknown}. It gets labels, logits and features.")


def _train_op(loss: Tensor, optimizer: Any, train_op_fn: Any, variables: Any) -> Any:
    if optimizer is not None and train_op_fn is not None:
        raise ValueError("train_op_fn and optimizer cannot both be set.")
    if optimizer is not None:
        return optimizer.minimize(loss, global_step=get_global_step(), var_list=variables)
    if train_op_fn is None:
        raise ValueError("train_op_fn and optimizer cannot both be None.")
    return train_op_fn(loss)
