"""What a model function returns (API: tf.estimator.EstimatorSpec)."""

from __future__ import annotations

from typing import Any, NamedTuple

from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import get_default_graph
from convflow.modeling.variables.variable import Variable
from convflow.ops.array.reshape import reshape
from convflow.training.estimator import export_outputs as outputs
from convflow.training.estimator.mode_keys import ModeKeys
from convflow.training.scaffold import Scaffold
from convflow.training.session_run_hook import SessionRunHook


class _Fields(NamedTuple):
    mode: Any
    predictions: Any
    loss: Any
    train_op: Any
    eval_metric_ops: Any
    export_outputs: Any
    training_chief_hooks: Any
    training_hooks: Any
    scaffold: Any
    evaluation_hooks: Any
    prediction_hooks: Any


class EstimatorSpec(_Fields):
    """The nodes of a model in one mode (API: tf.estimator.EstimatorSpec).

    Args:
        mode: one of `ModeKeys`.
        predictions: a tensor or a dict of them; needed to predict.
        loss: one number; needed to train and evaluate.
        train_op: what a step runs; needed to train.
        eval_metric_ops: by name pairs of value and update, as `tf.metrics` returns them.
        export_outputs: `ExportOutput`s by name; the predictions by default.
        training_chief_hooks, training_hooks, evaluation_hooks, prediction_hooks: `SessionRunHook`s.
        scaffold: a `tf.train.Scaffold`.

    Raises:
        ValueError: something needed is missing, has another shape, or belongs to another graph.
        TypeError: something of another type.
    """

    def __new__(
        cls,
        mode: str,
        predictions: Any = None,
        loss: Any = None,
        train_op: Any = None,
        eval_metric_ops: Any = None,
        export_outputs: Any = None,
        training_chief_hooks: Any = None,
        training_hooks: Any = None,
        scaffold: Any = None,
        evaluation_hooks: Any = None,
        prediction_hooks: Any = None,
    ) -> EstimatorSpec:
        train_op = _train_op(train_op, mode)
        loss = _loss(loss, mode)
        predictions = _predictions(predictions, mode)
        if mode == ModeKeys.PREDICT:
            export_outputs = outputs.checked(export_outputs, predictions)
        hooks = [_hooks(each) for each in (training_chief_hooks, training_hooks, evaluation_hooks, prediction_hooks)]
        return super().__new__(
            cls, mode, predictions, loss, train_op, _metrics(eval_metric_ops), export_outputs, hooks[0], hooks[1],
            _scaffold(scaffold), hooks[2], hooks[3],
        )  # fmt: skip

    def _replace(self, **kwds: Any) -> EstimatorSpec:
        """A copy with other values, checked again; ValueError for another mode."""
        if kwds.get("mode", self.mode) != self.mode:
            raise ValueError("mode of EstimatorSpec cannot be changed.")
        return EstimatorSpec(**{**self._asdict(), **kwds})


def _train_op(train_op: Any, mode: str) -> Any:
    if train_op is None:
        if mode == ModeKeys.TRAIN:
            raise ValueError("Missing train_op. Pass what the optimizer's minimize() returns.")
        return None
    if not isinstance(train_op, (Tensor, Operation, Variable)):
        raise TypeError(f"train_op must be Operation or Tensor, given: {train_op}")
    _check_graph("train_op", train_op.name, train_op)
    return train_op.op if isinstance(train_op, Variable) else train_op


def _loss(loss: Any, mode: str) -> Any:
    if loss is None:
        if mode in (ModeKeys.TRAIN, ModeKeys.EVAL):
            raise ValueError(f"Missing loss. It is needed in mode {mode!r}.")
        return None
    loss = _tensor(loss, "loss")
    if loss.shape.num_elements() not in (None, 1):
        raise ValueError(f"Loss must be scalar, given: {loss}. Take tf.reduce_mean of it.")
    _check_graph("loss", loss.name, loss)
    return loss if loss.shape.is_compatible_with([]) else reshape(loss, [])


def _predictions(predictions: Any, mode: str) -> Any:
    if predictions is None:
        if mode == ModeKeys.PREDICT:
            raise ValueError("Missing predictions. Pass a tensor or a dict of tensors.")
        return {}
    if not isinstance(predictions, dict):
        predictions = _tensor(predictions, "predictions")
        _check_graph("prediction values", predictions.name, predictions)
        return predictions
    checked = {key: _tensor(value, f"predictions[{key}]") for key, value in predictions.items()}
    for key, value in checked.items():
        _check_graph("prediction values", f"{key}: {value.name}", value)
    return checked


def _metrics(eval_metric_ops: Any) -> dict[str, Any]:
    if eval_metric_ops is None:
        return {}
    if not isinstance(eval_metric_ops, dict):
        raise TypeError(f"eval_metric_ops must be a dict, given: {eval_metric_ops}")
    for key, pair in eval_metric_ops.items():
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError(
                f"Values of eval_metric_ops must be (metric_value, update_op) tuples, given: {pair} for key: {key}. "
                "The functions of tf.metrics return such pairs."
            )
        for part in pair:
            if not isinstance(part, (Tensor, Operation, Variable)):
                raise TypeError(
                    f"Values of eval_metric_ops must be (metric_value, update_op) tuples of tensors, given: {part} "
                    f"for key: {key}."
                )
            _check_graph("eval_metric_ops", f"{key}: {part.name}", part)
    return eval_metric_ops


def _hooks(hooks: Any) -> tuple[SessionRunHook, ...]:
    hooks = tuple(hooks or ())
    for hook in hooks:
        if not isinstance(hook, SessionRunHook):
            raise TypeError(f"All hooks must be SessionRunHook instances, given: {hook}")
    return hooks


def _scaffold(scaffold: Any) -> Scaffold:
    if scaffold is None:
        return Scaffold()
    if not isinstance(scaffold, Scaffold):
        raise TypeError(f"scaffold must be tf.train.Scaffold. Given: {scaffold}")
    return scaffold


def _tensor(value: Any, name: str) -> Any:
    if isinstance(value, Variable):
        return value.value()
    if not isinstance(value, Tensor):
        raise TypeError(f"{name} must be Tensor, given: {value}")
    return value


def _check_graph(what: str, name: str, element: Any) -> None:
    if element.graph is not get_default_graph():
        raise ValueError(
            f'{what} with "{name}" must be from the default graph. It was made in another graph: outside of the '
            "model_fn, or in an earlier call of it. Make it anew in each call."
        )
