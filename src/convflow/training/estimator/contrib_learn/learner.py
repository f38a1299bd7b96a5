"""The estimator of 2016 (API: tf.contrib.learn.Estimator), on today's (API: tf.estimator.Estimator)."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from convflow.training.estimator import estimator, functions
from convflow.training.estimator.contrib_learn import feeding
from convflow.training.estimator.contrib_learn.specs import MetricSpec, ModelFnOps
from convflow.training.estimator.mode_keys import ModeKeys
from convflow.training.estimator.spec import EstimatorSpec


class Learner:
    """What the estimators of tf.contrib.learn have in common (API: tf.contrib.learn.BaseEstimator).

    Args:
        model_fn: of features, labels and mode; returns an `EstimatorSpec`.
        model_dir, config: see `tf.estimator.Estimator`.
    """

    def __init__(self, model_fn: Callable[..., EstimatorSpec], model_dir: Any, config: Any) -> None:
        self._metrics: dict[Any, Any] = {}

        def with_metrics(features: Any, labels: Any, mode: str) -> EstimatorSpec:
            spec = model_fn(features, labels, mode)
            if mode != ModeKeys.EVAL or not self._metrics:
                return spec
            more = _metric_ops(self._metrics, features, labels, spec.predictions)
            return spec._replace(eval_metric_ops={**spec.eval_metric_ops, **more})

        self._estimator = estimator.Estimator(with_metrics, model_dir, config)

    @property
    def model_dir(self) -> str:
        return self._estimator.model_dir

    @property
    def config(self) -> Any:
        return self._estimator.config

    def get_variable_names(self) -> list[str]:
        """The names of the variables in the latest checkpoint."""
        return self._estimator.get_variable_names()

    def get_variable_value(self, name: str) -> Any:
        """The value of a variable in the latest checkpoint."""
        return self._estimator.get_variable_value(name)

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        input_fn: Callable[..., Any] | None = None,
        steps: int | None = None,
        batch_size: int | None = None,
        monitors: Any = None,
        max_steps: int | None = None,
    ) -> Learner:
        """Train, on from the latest checkpoint.

        Args:
            x, y: arrays of features and labels, or:
            input_fn: returns features and labels.
            steps: so many more; max_steps: until the global step is this; without end if both are None.
            batch_size: of arrays; all examples if None.
            monitors: hooks (`tf.train.SessionRunHook`).

        Returns:
            The estimator.

        Raises:
            ValueError: arrays and a function, or none of them; both numbers of steps.
        """
        function = feeding.input_function(x, y, input_fn, batch_size, epochs=None, shuffle=True)
        hooks = [monitors] if monitors is not None and not isinstance(monitors, Iterable) else monitors
        self._estimator.train(function, steps=steps, max_steps=max_steps, hooks=list(hooks or []))
        return self

    def partial_fit(
        self,
        x: Any = None,
        y: Any = None,
        input_fn: Callable[..., Any] | None = None,
        steps: int = 1,
        batch_size: int | None = None,
        monitors: Any = None,
    ) -> Learner:
        """`fit` for a step."""
        return self.fit(x=x, y=y, input_fn=input_fn, steps=steps, batch_size=batch_size, monitors=monitors)

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        input_fn: Callable[..., Any] | None = None,
        feed_fn: Callable[..., Any] | None = None,
        batch_size: int | None = None,
        steps: int | None = None,
        metrics: Any = None,
        name: str | None = None,
        checkpoint_path: str | None = None,
        hooks: Sequence[Any] | None = None,
        log_progress: bool = True,
    ) -> dict[str, Any]:
        """The metrics of the latest checkpoint.

        Args:
            x, y, input_fn, batch_size: as for `fit`; arrays are read once.
            feed_fn: must be left out.
            steps: so many batches; to the end of the input if None.
            metrics: `MetricSpec`s, or functions of predictions and labels, by name; added to the model's.
            name: of the evaluation's folder.
            checkpoint_path: another checkpoint.
            hooks: of the evaluation.
            log_progress: has no effect.

        Returns:
            Numbers by name, with `loss` and `global_step`.

        Raises:
            ValueError: as `fit`. NotImplementedError: a feed_fn.
        """
        if feed_fn is not None:
            raise NotImplementedError("evaluate: feed_fn is not there. Use input_fn, or x and y.")
        function = feeding.input_function(x, y, input_fn, batch_size, epochs=1, shuffle=False)
        self._metrics = dict(metrics or {})
        try:
            return self._estimator.evaluate(function, steps, hooks, checkpoint_path, name)
        finally:
            self._metrics = {}

    def predict(
        self,
        x: Any = None,
        input_fn: Callable[..., Any] | None = None,
        batch_size: int | None = None,
        outputs: Sequence[str] | None = None,
        as_iterable: bool = True,
        iterate_batches: bool = False,
    ) -> Any:
        """What the latest checkpoint says.

        Args:
            x: an array of features, or:
            input_fn: returns features.
            batch_size: as for `fit`.
            outputs: the names of the wanted predictions; all if None.
            as_iterable: one example after the other; otherwise an array of all, or arrays by name.
            iterate_batches: one batch after the other.

        Raises:
            ValueError: as `fit`.
        """
        function = feeding.input_function(x, None, input_fn, batch_size, epochs=1, shuffle=False)
        found = self._estimator.predict(function, predict_keys=outputs, yield_single_examples=not iterate_batches)
        return found if as_iterable else _together(found)

    def export_savedmodel(
        self,
        export_dir_base: Any,
        serving_input_fn: Callable[..., Any],
        default_output_alternative_key: str | None = None,
        assets_extra: Any = None,
        as_text: bool = False,
        checkpoint_path: str | None = None,
    ) -> bytes:
        """Write the model for serving; the path of its folder. Arguments as of `tf.estimator.Estimator`."""
        return self._estimator.export_savedmodel(
            export_dir_base, serving_input_fn, assets_extra=assets_extra, as_text=as_text,
            checkpoint_path=checkpoint_path,
        )  # fmt: skip


def _together(found: Iterator[Any]) -> Any:
    each = list(found)
    if each and isinstance(each[0], dict):
        return {key: np.array([item[key] for item in each]) for key in each[0]}
    return np.array(each)


def _metric_ops(metrics: dict[Any, Any], features: Any, labels: Any, predictions: Any) -> dict[str, Any]:
    """The nodes of an evaluation's metrics; a key may be a pair of names, of the metric and the prediction."""
    found = {}
    for key, metric in metrics.items():
        name, prediction_key = key if isinstance(key, tuple) else (key, None)
        spec = metric if isinstance(metric, MetricSpec) else MetricSpec(metric, prediction_key)
        found[name] = spec.create_metric_ops(feeding.plain(features), labels, predictions)
    return found


class Estimator(Learner):
    """A model function trained and used (API: tf.contrib.learn.Estimator).

    Args:
        model_fn: of features, labels, and if it likes mode, params, config and model_dir; returns `ModelFnOps`, an
            `EstimatorSpec`, or a tuple of predictions, loss and training operation.
        model_dir, config: see `tf.estimator.Estimator`.
        params: handed to the model function.
        feature_engineering_fn: from features and labels to those that the model function gets.
    """

    def __init__(
        self,
        model_fn: Callable[..., Any],
        model_dir: Any = None,
        config: Any = None,
        params: Any = None,
        feature_engineering_fn: Callable[[Any, Any], tuple[Any, Any]] | None = None,
    ) -> None:
        available = {"params": params, "config": config, "model_dir": model_dir}
        # The first two were given by place: programs call them x and y, or targets.
        names = list(inspect.signature(model_fn).parameters)
        more = functions.argument_names(model_fn) & {"mode", *available}

        def called(features: Any, labels: Any, mode: str) -> EstimatorSpec:
            features = feeding.plain(features)
            if feature_engineering_fn is not None:
                features, labels = feature_engineering_fn(features, labels)
            arguments = {**available, "mode": mode}
            given = [features, labels][: max(0, len(names) - len(more))]
            return _spec(model_fn(*given, **{name: arguments[name] for name in more}), mode)

        super().__init__(called, model_dir, config)


def _spec(made: Any, mode: str) -> EstimatorSpec:
    if isinstance(made, EstimatorSpec):
        return made
    if not isinstance(made, ModelFnOps):
        if not isinstance(made, tuple) or len(made) != 3:
            raise ValueError(
                f"model_fn returned {made!r}; expected ModelFnOps, or a tuple of predictions, loss and train_op."
            )
        made = ModelFnOps(mode, *made)
    predictions = made.predictions
    return EstimatorSpec(
        mode, predictions=predictions, loss=made.loss, train_op=made.train_op, eval_metric_ops=made.eval_metric_ops,
        training_chief_hooks=made.training_chief_hooks, training_hooks=made.training_hooks, scaffold=made.scaffold,
    )  # fmt: skip
