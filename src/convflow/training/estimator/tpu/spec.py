"""What the model function of a `TPUEstimator` returns (API: tf.contrib.tpu.TPUEstimatorSpec)."""

from __future__ import annotations

from typing import Any, NamedTuple

from convflow.training.estimator.functions import argument_names
from convflow.training.estimator.spec import EstimatorSpec
from convflow.training.session_run_hook import SessionRunArgs, SessionRunContext, SessionRunHook


class _Fields(NamedTuple):
    mode: Any
    predictions: Any
    loss: Any
    train_op: Any
    eval_metrics: Any
    export_outputs: Any
    scaffold_fn: Any
    host_call: Any
    training_hooks: Any
    evaluation_hooks: Any
    prediction_hooks: Any


class TPUEstimatorSpec(_Fields):
    """The nodes of a model in one mode, and functions of what leaves the TPU (API: tf.contrib.tpu.TPUEstimatorSpec).

    Args:
        mode, predictions, loss, train_op, export_outputs: as of `tf.estimator.EstimatorSpec`.
        eval_metrics: a function and its tensors, as a list or by argument name; it returns metrics by name, pairs of
            value and update.
        scaffold_fn: returns a `tf.train.Scaffold`.
        host_call: a function and its tensors; what it returns is run in each step of the training.
        training_hooks, evaluation_hooks, prediction_hooks: `SessionRunHook`s.

    Raises:
        ValueError, TypeError: `eval_metrics` or `host_call` that are no such pair, or hooks that are none.
        RuntimeError: a function that takes another number of tensors.
    """

    def __new__(
        cls,
        mode: str,
        predictions: Any = None,
        loss: Any = None,
        train_op: Any = None,
        eval_metrics: Any = None,
        export_outputs: Any = None,
        scaffold_fn: Any = None,
        host_call: Any = None,
        training_hooks: Any = None,
        evaluation_hooks: Any = None,
        prediction_hooks: Any = None,
    ) -> TPUEstimatorSpec:
        for name, call in (("eval_metrics", eval_metrics), ("host_call", host_call)):
            if call is not None:
                _check_call(name, call)
        hooks = [tuple(each or ()) for each in (training_hooks, evaluation_hooks, prediction_hooks)]
        for hook in (*hooks[0], *hooks[1], *hooks[2]):
            if not isinstance(hook, SessionRunHook):
                raise TypeError(f"All hooks must be SessionRunHook instances, given: {hook}")
        return super().__new__(
            cls, mode, predictions, loss, train_op, eval_metrics, export_outputs, scaffold_fn, host_call, *hooks
        )

    def as_estimator_spec(self) -> EstimatorSpec:
        """The spec for a processor: the functions are called here and now, in the default graph."""
        metrics = None if self.eval_metrics is None else _called(self.eval_metrics)
        hooks = () if self.host_call is None else (_RunsWith(_called(self.host_call)),)
        return EstimatorSpec(
            mode=self.mode,
            predictions=self.predictions,
            loss=self.loss,
            train_op=self.train_op,
            eval_metric_ops=metrics,
            export_outputs=self.export_outputs,
            scaffold=self.scaffold_fn() if self.scaffold_fn else None,
            training_hooks=(*self.training_hooks, *hooks),
            evaluation_hooks=(*self.evaluation_hooks, *hooks),
            prediction_hooks=(*self.prediction_hooks, *hooks),
        )


class _RunsWith(SessionRunHook):
    """Has nodes run with each step."""

    def __init__(self, nodes: Any) -> None:
        self._nodes = nodes

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        return SessionRunArgs(self._nodes)


def _called(call: Any) -> Any:
    function, tensors = call
    return function(**tensors) if isinstance(tensors, dict) else function(*tensors)


def _check_call(name: str, call: Any) -> None:
    if not isinstance(call, (tuple, list)):
        raise ValueError(f"{name} should be tuple or list: a function and its tensors. It is {call!r}.")
    if len(call) != 2:
        raise ValueError(f"{name} should have two elements, a function and its tensors. It has {len(call)}.")
    function, tensors = call
    if not callable(function):
        raise TypeError(f"{name}[0] should be callable. It is {function!r}.")
    if not isinstance(tensors, (tuple, list, dict)):
        raise ValueError(f"{name}[1] should be tuple or list, or dict. It is {tensors!r}.")
    if not isinstance(tensors, dict):
        taken = argument_names(function)
        if taken and len(taken) != len(tensors):
            raise RuntimeError(
                f"In TPUEstimatorSpec.{name}, length of tensors {len(tensors)} does not match method args of the "
                f"function, which takes {len(taken)}."
            )
