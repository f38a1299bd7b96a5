"""Training with an evaluation after each checkpoint (API: tf.estimator.train_and_evaluate)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from convflow.core import logging
from convflow.graph.collections import GraphKeys
from convflow.training.estimator.estimator import Estimator
from convflow.training.estimator.exporters import Exporter
from convflow.training.hooks.saving import CheckpointSaverListener
from convflow.training.hooks.timing import SecondOrStepTimer
from convflow.training.session_run_hook import SessionRunHook


class _TrainFields(NamedTuple):
    input_fn: Any
    max_steps: Any
    hooks: Any
    saving_listeners: Any


class TrainSpec(_TrainFields):
    """How to train (API: tf.estimator.TrainSpec).

    Args:
        input_fn, max_steps, hooks, saving_listeners: as of `Estimator.train`.

    Raises:
        ValueError: a number of steps below 1. TypeError: something of another type.
    """

    def __new__(
        cls, input_fn: Any, max_steps: int | None = None, hooks: Any = None, saving_listeners: Any = None
    ) -> TrainSpec:
        if max_steps is not None and max_steps <= 0:
            raise ValueError(f"Must specify max_steps > 0, given: {max_steps}")
        listeners = _all_of(saving_listeners, CheckpointSaverListener, "All saving_listeners")
        return super().__new__(
            cls, _function(input_fn), max_steps, _all_of(hooks, SessionRunHook, "All hooks"), listeners
        )


class _EvalFields(NamedTuple):
    input_fn: Any
    steps: Any
    name: Any
    hooks: Any
    exporters: Any
    start_delay_secs: Any
    throttle_secs: Any


class EvalSpec(_EvalFields):
    """How to evaluate and export (API: tf.estimator.EvalSpec).

    Args:
        input_fn, steps, name, hooks: as of `Estimator.evaluate`.
        exporters: an `Exporter` or several.
        start_delay_secs: of an evaluation in a process of its own.
        throttle_secs: the least time between two evaluations.

    Raises:
        ValueError: a negative number, or two exporters of one name. TypeError: something of another type.
    """

    def __new__(
        cls,
        input_fn: Any,
        steps: int | None = 100,
        name: str | None = None,
        hooks: Any = None,
        exporters: Any = None,
        start_delay_secs: float = 120,
        throttle_secs: float = 600,
    ) -> EvalSpec:
        if steps is not None and steps <= 0:
            raise ValueError(f"Must specify steps > 0, given: {steps}")
        if name is not None and not isinstance(name, str):
            raise TypeError(f"`name` must be string, given: {name}")
        if start_delay_secs < 0:
            raise ValueError(f"Must specify start_delay_secs >= 0, given: {start_delay_secs}")
        if throttle_secs < 0:
            raise ValueError(f"Must specify throttle_secs >= 0, given: {throttle_secs}")
        return super().__new__(
            cls, _function(input_fn), steps, name, _all_of(hooks, SessionRunHook, "All hooks"), _exporters(exporters),
            start_delay_secs, throttle_secs,
        )  # fmt: skip


def _function(input_fn: Any) -> Callable[..., Any]:
    if not callable(input_fn):
        raise TypeError(f"`input_fn` must be callable, given: {input_fn}")
    return input_fn


def _all_of(items: Any, kind: type, what: str) -> tuple[Any, ...]:
    items = tuple(items or ())
    for item in items:
        if not isinstance(item, kind):
            raise TypeError(f"{what} must be `{kind.__name__}` instances, given: {item}")
    return items


def _exporters(given: Any) -> tuple[Exporter, ...]:
    if given is None or isinstance(given, Exporter):
        return () if given is None else (given,)
    if not isinstance(given, Iterable):
        raise TypeError(f"`exporters` must be an Exporter, an iterable of Exporter, or `None`, provided: {given}")
    exporters = _all_of(given, Exporter, "`exporters`")
    names = [exporter.name for exporter in exporters]
    for name in names:
        if not isinstance(name, str) or not name or names.count(name) > 1:
            raise ValueError(f"`exporters` must have names of their own, none of them empty: {names}.")
    return exporters


def train_and_evaluate(estimator: Estimator, train_spec: TrainSpec, eval_spec: EvalSpec) -> tuple[Any, list[Any]]:
    """Train, and evaluate and export after checkpoints (API: tf.estimator.train_and_evaluate).

    Args:
        estimator: an `Estimator`; its `RunConfig` says how often checkpoints are written.
        train_spec, eval_spec: how.

    Returns:
        The metrics of the last evaluation, and what its exporters returned.

    Raises:
        TypeError: something of another type.
    """
    for name, value, kind in (
        ("estimator", estimator, Estimator),
        ("train_spec", train_spec, TrainSpec),
        ("eval_spec", eval_spec, EvalSpec),
    ):
        if not isinstance(value, kind):
            raise TypeError(f"`{name}` must have type `tf.estimator.{kind.__name__}`, given {type(value)}")
    config = estimator.config
    logging.info("Running training and evaluation locally (non-distributed).")
    logging.info(
        "Start train and evaluate loop. The evaluate will happen after every checkpoint. Checkpoint frequency is "
        "determined based on RunConfig arguments: save_checkpoints_steps %s or save_checkpoints_secs %s.",
        config.save_checkpoints_steps, config.save_checkpoints_secs,
    )  # fmt: skip
    evaluation = _Evaluation(estimator, eval_spec, train_spec.max_steps)
    estimator.train(
        train_spec.input_fn,
        hooks=train_spec.hooks,
        max_steps=train_spec.max_steps,
        saving_listeners=(*train_spec.saving_listeners, evaluation),
    )
    return evaluation.metrics, evaluation.exported


class _Evaluation(CheckpointSaverListener):
    """Evaluates and exports each checkpoint but the first, if it is time.

    Attributes:
        metrics, exported: of the last evaluation.
    """

    def __init__(self, estimator: Estimator, spec: EvalSpec, max_steps: int | None) -> None:
        self._estimator, self._spec, self._max_steps = estimator, spec, max_steps
        self.metrics: Any = None
        self.exported: list[Any] = []

    def begin(self) -> None:
        self._timer = SecondOrStepTimer(every_secs=self._spec.throttle_secs)
        self._is_first = True

    def after_save(self, session: Any, global_step_value: int) -> None:
        if self._is_first:
            # Nothing is trained yet.
            self._is_first = False
        elif self._timer.should_trigger_for_step(global_step_value):
            self._evaluate(global_step_value)
        else:
            logging.info("Skip the current checkpoint eval due to throttle secs (%s secs).", self._spec.throttle_secs)

    def end(self, session: Any, global_step_value: int) -> None:
        if global_step_value != self._timer.last_triggered_step():
            self._evaluate(global_step_value)

    def _evaluate(self, step: int) -> None:
        self._timer.update_last_triggered_step(step)
        path = self._estimator.latest_checkpoint()
        if path is None:
            raise RuntimeError("There was no new checkpoint after the training.")
        spec = self._spec
        self.metrics = self._estimator.evaluate(
            spec.input_fn, steps=spec.steps, hooks=spec.hooks, checkpoint_path=path, name=spec.name
        )
        is_last = self._max_steps is not None and self.metrics[GraphKeys.GLOBAL_STEP] >= self._max_steps
        folder = os.path.join(self._estimator.model_dir, "export")
        self.exported = [
            exporter.export(self._estimator, os.path.join(folder, exporter.name), path, self.metrics, is_last)
            for exporter in spec.exporters
        ]
