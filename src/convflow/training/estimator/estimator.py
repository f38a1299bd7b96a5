"""A model function trained, evaluated, asked and exported, each in a graph of its own (API: tf.estimator.Estimator)."""

from __future__ import annotations

import copy
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from os.path import join
from typing import Any

import numpy as np

from convflow.core import logging
from convflow.core.compat import path_to_str
from convflow.graph.collections import GraphKeys
from convflow.graph.graph import Graph
from convflow.graph.scopes import add_to_collection, device, get_collection
from convflow.graph.seeds import set_random_seed
from convflow.modeling.metrics.means import mean
from convflow.ops.array.identity import group
from convflow.training import summaries
from convflow.training.checkpoint_management import latest_checkpoint
from convflow.training.checkpoint_reader import list_variables, load_variable
from convflow.training.distribute.current import has_strategy
from convflow.training.distribute.replica import InputContext
from convflow.training.distribute.strategy import DefaultStrategy
from convflow.training.estimator import exporting, functions, input_results, results, run_config
from convflow.training.estimator.mode_keys import ModeKeys
from convflow.training.estimator.spec import EstimatorSpec
from convflow.training.estimator.warm_start_settings import settings_of
from convflow.training.evaluation import StopAfterNEvalsHook, evaluate_once, get_or_create_eval_step
from convflow.training.global_step import create_global_step, get_global_step, get_or_create_global_step_read
from convflow.training.hooks.reporting import LoggingTensorHook
from convflow.training.hooks.saving import CheckpointSaverHook, CheckpointSaverListener
from convflow.training.hooks.stopping import NanTensorHook, StopAtStepHook
from convflow.training.monitored_session import ChiefSessionCreator, MonitoredSession, MonitoredTrainingSession
from convflow.training.saver import Saver
from convflow.training.scaffold import Scaffold
from convflow.training.session_run_hook import SessionRunHook
from convflow.training.warm_start import warm_start

_LOSS = "loss"
_MAY_BE_OVERRIDDEN = {
    "model_fn",
    "latest_checkpoint",
    "_create_and_assert_global_step",
    "_params_of_input",
    "_params_of_model",
    "_as_spec",
}


class Estimator:
    """Trains and uses a model that a function describes (API: tf.estimator.Estimator).

    Every call makes a graph, calls the input function and the model function in it, and begins with the latest
    checkpoint of the model's folder.

    Args:
        model_fn: takes `features`, and if it likes `labels`, `mode`, `params` and `config`; returns an
            `EstimatorSpec`.
        model_dir: the folder of checkpoints and events; that of `config`, or a new temporary one if None.
        config: a `RunConfig`.
        params: handed to the functions that have an argument `params`.
        warm_start_from: a checkpoint, a SavedModel or `WarmStartSettings` for the first variables.

    Raises:
        ValueError: a model function that takes something else, two different folders, or a subclass that overrides
            this class's methods.
    """

    def __init__(
        self,
        model_fn: Callable[..., EstimatorSpec],
        model_dir: Any = None,
        config: run_config.RunConfig | None = None,
        params: Any = None,
        warm_start_from: Any = None,
    ) -> None:
        self._check_overridden()
        self._config = _config(config, path_to_str(model_dir))
        self._model_dir = str(self._config.model_dir)
        self._session_config = self._config.session_config
        logging.info("Using config: %s", self._config.as_dict())
        if model_fn is None:
            raise ValueError("model_fn must be provided to Estimator.")
        functions.check_model_fn(model_fn, params)
        self._model_fn = model_fn
        self._params = copy.deepcopy(params or {})
        self._warm_start_settings = settings_of(warm_start_from)

    def _check_overridden(self) -> None:
        own = {name for name in vars(Estimator) if not name.startswith("__")} - _MAY_BE_OVERRIDDEN
        overridden = sorted(name for name in own if getattr(Estimator, name) is not getattr(type(self), name))
        if overridden:
            raise ValueError(
                f"Subclasses of Estimator cannot override members of Estimator. {type(self)} does override {overridden}"
            )

    @property
    def model_dir(self) -> str:
        return self._model_dir

    @property
    def config(self) -> run_config.RunConfig:
        return copy.deepcopy(self._config)

    @property
    def params(self) -> Any:
        return copy.deepcopy(self._params)

    @property
    def model_fn(self) -> Callable[[Any, Any, str, Any], EstimatorSpec]:
        """The model function with `params` filled in: a function of features, labels, mode and config."""

        def model_fn(features: Any, labels: Any, mode: str, config: Any) -> EstimatorSpec:
            return self._call_model_fn(features, labels, mode, config)

        return model_fn

    def get_variable_value(self, name: str) -> np.ndarray | Any:
        """The value of a variable in the latest checkpoint; ValueError before there is one."""
        self._check_trained()
        return load_variable(self._model_dir, name)

    def get_variable_names(self) -> list[str]:
        """The names in the latest checkpoint, sorted; ValueError before there is one."""
        self._check_trained()
        return [name for name, _ in list_variables(self._model_dir)]

    def _check_trained(self) -> None:
        if not latest_checkpoint(self._model_dir):
            raise ValueError(f"Could not find trained model in model_dir: {self._model_dir}.")

    def latest_checkpoint(self) -> str | None:
        """The path of the latest checkpoint, None before there is one."""
        return latest_checkpoint(self._model_dir)

    def eval_dir(self, name: str | None = None) -> str:
        """The folder that an evaluation of this name writes to."""
        return join(self._model_dir, f"eval_{name}" if name else "eval")

    # Training

    def train(
        self,
        input_fn: Callable[..., Any],
        hooks: Sequence[SessionRunHook] | None = None,
        steps: int | None = None,
        max_steps: int | None = None,
        saving_listeners: Sequence[CheckpointSaverListener] | None = None,
    ) -> Estimator:
        """Train, and write checkpoints and summaries (API: tf.estimator.Estimator.train).

        Args:
            input_fn: returns a `Dataset` of pairs, or features and labels.
            hooks: of the training.
            steps: so many more.
            max_steps: until the global step is this.
            saving_listeners: told of each checkpoint.

        Returns:
            The estimator.

        Raises:
            ValueError: both `steps` and `max_steps`, or a number below 1. TypeError: hooks that are none.
        """
        if steps is not None and max_steps is not None:
            raise ValueError("Can not provide both steps and max_steps.")
        if steps is not None and steps <= 0:
            raise ValueError(f"Must specify steps > 0, given: {steps}")
        if max_steps is not None and max_steps <= 0:
            raise ValueError(f"Must specify max_steps > 0, given: {max_steps}")
        if max_steps is not None and self._last_step() >= max_steps:
            logging.info("Skipping training since max_steps has already saved.")
            return self
        all_hooks = _hooks(hooks)
        if steps is not None or max_steps is not None:
            all_hooks.append(StopAtStepHook(steps, max_steps))
        loss = self._train(input_fn, all_hooks, _listeners(saving_listeners))
        logging.info("Loss for final step: %s.", loss)
        return self

    def _last_step(self) -> int:
        path = latest_checkpoint(self._model_dir)
        return int(load_variable(path, GraphKeys.GLOBAL_STEP)) if path else 0

    def _train(self, input_fn: Any, hooks: list[Any], listeners: list[Any]) -> Any:
        strategy = self._config.train_distribute or DefaultStrategy()
        with Graph().as_default() as graph, graph.device(self._config.device_fn), strategy.scope():
            set_random_seed(self._config.tf_random_seed)
            self._create_and_assert_global_step(graph)
            get_or_create_global_step_read(graph)
            features, labels, input_hooks = self._inputs(input_fn, ModeKeys.TRAIN)
            spec = strategy.run(self._call_model_fn, (features, labels, ModeKeys.TRAIN, self.config))
            if not latest_checkpoint(self._model_dir):
                self._warm_start()
            _note_loss(spec.loss)
            worker_hooks = [*input_hooks, *hooks, *self._watchers(spec), *spec.training_hooks]
            chief_hooks = [*self._savers(spec, worker_hooks, listeners), *spec.training_chief_hooks]
            return self._run_training(spec, worker_hooks, chief_hooks)

    def _watchers(self, spec: EstimatorSpec) -> Iterator[SessionRunHook]:
        yield NanTensorHook(spec.loss)
        every = self._config.log_step_count_steps
        if every is not None:
            yield LoggingTensorHook({"loss": spec.loss, "step": get_global_step()}, every_n_iter=every)

    def _savers(self, spec: EstimatorSpec, worker_hooks: list[Any], listeners: list[Any]) -> list[Any]:
        """The hook that writes checkpoints, unless the program has one; listeners join it."""
        config = self._config
        if not (spec.scaffold.saver or get_collection(GraphKeys.SAVERS)):
            saver = Saver(
                sharded=True, max_to_keep=config.keep_checkpoint_max,
                keep_checkpoint_every_n_hours=config.keep_checkpoint_every_n_hours, defer_build=True,
                save_relative_paths=True,
            )  # fmt: skip
            add_to_collection(GraphKeys.SAVERS, saver)
        given = [hook for hook in (*worker_hooks, *spec.training_chief_hooks) if isinstance(hook, CheckpointSaverHook)]
        new = []
        if not given and (config.save_checkpoints_secs or config.save_checkpoints_steps):
            new = [
                CheckpointSaverHook(
                    self._model_dir,
                    save_secs=config.save_checkpoints_secs,
                    save_steps=config.save_checkpoints_steps,
                    scaffold=spec.scaffold,
                )
            ]
        if listeners and not (given or new):
            raise ValueError(
                "There should be a CheckpointSaverHook to use saving_listeners. Please set one of the "
                "RunConfig.save_checkpoints_steps or RunConfig.save_checkpoints_secs."
            )
        for listener in listeners:
            (given or new)[0].add_listener(listener)
        return new

    def _run_training(self, spec: EstimatorSpec, worker_hooks: list[Any], chief_hooks: list[Any]) -> Any:
        loss, has_step = None, False
        with MonitoredTrainingSession(
            master=self._config.master,
            is_chief=self._config.is_chief,
            checkpoint_dir=self._model_dir,
            scaffold=spec.scaffold,
            hooks=worker_hooks,
            chief_only_hooks=chief_hooks,
            # A hook among them saves.
            save_checkpoint_secs=0,
            save_summaries_steps=self._config.save_summary_steps,
            config=self._session_config,
            max_wait_secs=self._config.session_creation_timeout_secs,
            log_step_count_steps=self._config.log_step_count_steps,
        ) as session:
            while not session.should_stop():
                has_step = True
                _, loss = session.run([spec.train_op, spec.loss])
        if not has_step:
            logging.warning("Training with estimator made no steps. Perhaps input is empty or misspecified.")
        return loss

    # Evaluation

    def evaluate(
        self,
        input_fn: Callable[..., Any],
        steps: int | None = None,
        hooks: Sequence[SessionRunHook] | None = None,
        checkpoint_path: str | None = None,
        name: str | None = None,
    ) -> dict[str, Any]:
        """The metrics of the model over some input (API: tf.estimator.Estimator.evaluate).

        Args:
            input_fn: as of `train`.
            steps: so many batches; all of the input if None.
            hooks: of the evaluation.
            checkpoint_path: the latest one if None; without one the model begins with its initializers.
            name: tells evaluations apart: they write to folders of their own.

        Returns:
            The values by name, with the mean `loss` and `global_step`; they are written as summaries, too.

        Raises:
            ValueError: fewer than one step, or a metric of a name that is taken.
        """
        all_hooks = _hooks(hooks)
        if steps is not None:
            if steps <= 0:
                raise ValueError(f"Must specify steps > 0, given: {steps}")
            all_hooks.append(StopAfterNEvalsHook(num_evals=steps))
        checkpoint_path = self._checkpoint(checkpoint_path, "evaluate")
        strategy = self._config.eval_distribute or DefaultStrategy()
        with Graph().as_default() as graph, strategy.scope():
            set_random_seed(self._config.tf_random_seed)
            self._create_and_assert_global_step(graph)
            features, labels, input_hooks = self._inputs(input_fn, ModeKeys.EVAL)
            spec = strategy.run(self._call_model_fn, (features, labels, ModeKeys.EVAL, self.config))
            update_op, values = _metrics(spec)
            if not checkpoint_path:
                self._warm_start()
            logging.info("Starting evaluation at %s", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
            found = evaluate_once(
                checkpoint_path=checkpoint_path,
                master=self._config.evaluation_master,
                scaffold=_evaluation_scaffold(spec.scaffold),
                eval_ops=update_op,
                final_ops=values,
                hooks=[*input_hooks, *all_hooks, *spec.evaluation_hooks],
                config=self._session_config,
            )
            logging.info("Finished evaluation at %s", time.strftime("%Y-%m-%d-%H:%M:%S", time.gmtime()))
            step = found[GraphKeys.GLOBAL_STEP]
            results.write(self.eval_dir(name), found, step)
            if checkpoint_path:
                results.write_checkpoint_path(self.eval_dir(name), checkpoint_path, step)
        return found

    # Prediction

    def predict(
        self,
        input_fn: Callable[..., Any],
        predict_keys: Sequence[str] | None = None,
        hooks: Sequence[SessionRunHook] | None = None,
        checkpoint_path: str | None = None,
        yield_single_examples: bool = True,
    ) -> Iterator[Any]:
        """The predictions for some input, one after the other (API: tf.estimator.Estimator.predict).

        Args:
            input_fn: returns a `Dataset` or features; labels beside them are not used.
            predict_keys: the names of the wanted predictions; all if None.
            hooks: of the prediction.
            checkpoint_path: the latest one if None; without one the model begins with its initializers.
            yield_single_examples: one example at a time; otherwise whole batches.

        Yields:
            An array, or a dict of arrays where the model returns a dict.

        Raises:
            ValueError: unknown names, or predictions of batches of different sizes.
        """
        all_hooks = _hooks(hooks)
        checkpoint_path = self._checkpoint(checkpoint_path, "predict")
        graph = Graph()
        # The graph is the default one only while something is made or run, not while the caller has a value.
        with graph.as_default():
            set_random_seed(self._config.tf_random_seed)
            self._create_and_assert_global_step(graph)
            features, _, input_hooks = self._inputs(input_fn, ModeKeys.PREDICT)
            if not input_results.ends(features):
                logging.warning(
                    "Input graph does not use tf.data.Dataset or contain a QueueRunner. That means predict yields "
                    "forever. This is probably a mistake."
                )
            spec = self._call_model_fn(features, None, ModeKeys.PREDICT, self.config)
            if not checkpoint_path:
                self._warm_start()
            predictions = _with_keys(spec.predictions, predict_keys)
            creator = ChiefSessionCreator(
                spec.scaffold, self._config.master, self._session_config, checkpoint_filename_with_path=checkpoint_path
            )
            session = MonitoredSession(creator, [*input_hooks, *all_hooks, *spec.prediction_hooks])
        with session:
            while not session.should_stop():
                with graph.as_default():
                    batch = session.run(predictions)
                if yield_single_examples:
                    yield from _examples(batch)
                else:
                    yield batch

    # Export

    def export_saved_model(
        self,
        export_dir_base: Any,
        serving_input_receiver_fn: Callable[[], Any],
        assets_extra: Mapping[str, str] | None = None,
        as_text: bool = False,
        checkpoint_path: str | None = None,
        experimental_mode: str = ModeKeys.PREDICT,
    ) -> bytes:
        """Write a SavedModel for serving (API: tf.estimator.Estimator.export_saved_model).

        Args:
            export_dir_base: gets a folder named after the time.
            serving_input_receiver_fn: returns a `ServingInputReceiver`.
            assets_extra: files to copy, by their paths within `assets.extra`.
            as_text: write the graph as text.
            checkpoint_path: the latest one if None.
            experimental_mode: must be that of predictions.

        Returns:
            The path of the folder.

        Raises:
            ValueError: no checkpoint, or no function. NotImplementedError: another mode.
        """
        if experimental_mode != ModeKeys.PREDICT:
            raise NotImplementedError(
                f"export_saved_model: experimental_mode={experimental_mode!r} is not there; leave it out to export "
                "the predictions."
            )
        return self._export(export_dir_base, serving_input_receiver_fn, assets_extra, as_text, checkpoint_path, True)

    def export_savedmodel(
        self,
        export_dir_base: Any,
        serving_input_receiver_fn: Callable[[], Any],
        assets_extra: Mapping[str, str] | None = None,
        as_text: bool = False,
        checkpoint_path: str | None = None,
        strip_default_attrs: bool = False,
    ) -> bytes:
        """The older name of `export_saved_model`; attributes at their defaults are written unless it is told not to."""
        return self._export(
            export_dir_base, serving_input_receiver_fn, assets_extra, as_text, checkpoint_path, strip_default_attrs
        )

    def _export(
        self, base: Any, receiver_fn: Any, assets_extra: Any, as_text: bool, checkpoint_path: str | None, strip: bool
    ) -> bytes:
        if receiver_fn is None:
            raise ValueError("An input_receiver_fn must be defined.")
        checkpoint_path = checkpoint_path or latest_checkpoint(self._model_dir)
        if not checkpoint_path:
            raise ValueError(f"Couldn't find trained model at {self._model_dir}.")
        with Graph().as_default() as graph:
            self._create_and_assert_global_step(graph)
            set_random_seed(self._config.tf_random_seed)
            receiver = receiver_fn()
            spec = self._call_model_fn(receiver.features, None, ModeKeys.PREDICT, self.config, exporting=True)
            return exporting.write(
                spec, receiver, base, checkpoint_path, self._session_config, as_text, assets_extra, strip
            )

    # What they share

    def _create_and_assert_global_step(self, graph: Graph) -> Any:
        return create_global_step(graph)

    def _inputs(self, input_fn: Callable[..., Any], mode: str) -> tuple[Any, Any, list[SessionRunHook]]:
        available = {"mode": mode, "params": self._params_of_input(input_fn, mode), "config": self.config}
        if has_strategy():
            available["input_context"] = InputContext()
        with device("/cpu:0"):
            result = functions.call_input_fn(input_fn, **available)
        return input_results.parse(result)

    def _params_of_input(self, input_fn: Callable[..., Any], mode: str) -> Any:
        return self.params

    def _params_of_model(self, mode: str, exporting: bool) -> Any:
        return self.params

    def _call_model_fn(
        self, features: Any, labels: Any, mode: str, config: Any, exporting: bool = False
    ) -> EstimatorSpec:
        names = functions.argument_names(self._model_fn)
        if "labels" not in names and labels is not None:
            raise ValueError("model_fn does not take labels, but input_fn returns labels.")
        available = {"labels": labels, "mode": mode, "params": self._params_of_model(mode, exporting), "config": config}
        logging.info("Calling model_fn.")
        spec = self._model_fn(features=features, **{key: value for key, value in available.items() if key in names})
        logging.info("Done calling model_fn.")
        return self._as_spec(spec, mode)

    def _as_spec(self, returned: Any, mode: str) -> EstimatorSpec:
        if not isinstance(returned, EstimatorSpec):
            raise ValueError(f"model_fn should return an EstimatorSpec. It returned {type(returned).__name__}.")
        return returned

    def _checkpoint(self, given: str | None, doing: str) -> str | None:
        path = given or latest_checkpoint(self._model_dir)
        if not path:
            logging.info(
                "Could not find trained model in model_dir: %s, running initialization to %s.", self._model_dir, doing
            )
        return path

    def _warm_start(self) -> None:
        if self._warm_start_settings is not None:
            logging.info("Warm-starting with WarmStartSettings: %s", self._warm_start_settings)
            warm_start(*self._warm_start_settings)


def _config(config: Any, model_dir: str | None) -> run_config.RunConfig:
    """The configuration with a folder and a session's configuration in it."""
    if config is None:
        config = run_config.RunConfig()
        logging.info("Using default config.")
    if not isinstance(config, run_config.RunConfig):
        raise ValueError(f"config must be an instance of `RunConfig`, but provided {config}.")
    if config.session_config is None:
        config = config.replace(session_config=run_config.default_session_config())
    if model_dir is not None and config.model_dir is not None and config.model_dir != model_dir:
        raise ValueError(
            "`model_dir` are set both in constructor and `RunConfig`, but with different values. In constructor: "
            f"'{model_dir}', in `RunConfig`: '{config.model_dir}' "
        )
    if model_dir:
        return config.replace(model_dir=model_dir)
    if config.model_dir is None:
        model_dir = tempfile.mkdtemp()
        logging.warning("Using temporary folder as model directory: %s", model_dir)
        return config.replace(model_dir=model_dir)
    return config


def _hooks(hooks: Any) -> list[SessionRunHook]:
    checked = list(hooks or [])
    for hook in checked:
        if not isinstance(hook, SessionRunHook):
            raise TypeError(f"Hooks must be a SessionRunHook, given: {hook}")
    return checked


def _listeners(listeners: Any) -> list[CheckpointSaverListener]:
    checked = list(listeners or [])
    for listener in checked:
        if not isinstance(listener, CheckpointSaverListener):
            raise TypeError(f"saving_listeners must be a list of CheckpointSaverListener, given: {listener}")
    return checked


def _note_loss(loss: Any) -> None:
    """A summary `loss`, unless the program has one of that name."""
    if not any(summary.op.name == _LOSS for summary in get_collection(GraphKeys.SUMMARIES)):
        summaries.scalar(_LOSS, loss)
    add_to_collection(GraphKeys.LOSSES, loss)


def _metrics(spec: EstimatorSpec) -> tuple[Any, dict[str, Any]]:
    """All updates as one operation, and the values by name."""
    for taken in (_LOSS, GraphKeys.GLOBAL_STEP):
        if taken in spec.eval_metric_ops:
            raise ValueError(
                f"Metric with name `{taken}` is not allowed, because Estimator already defines a default metric with "
                "the same name."
            )
    pairs = sorted({**spec.eval_metric_ops, _LOSS: mean(spec.loss)}.items())
    values = {name: value for name, (value, _) in pairs}
    return group(*(update for _, (_, update) in pairs)), {**values, GraphKeys.GLOBAL_STEP: get_global_step()}


def _evaluation_scaffold(scaffold: Scaffold) -> Scaffold:
    """With the initializers of the metrics' variables, where the program's own were made before there were such."""
    if not scaffold.local_init_op:
        return scaffold
    get_or_create_eval_step()
    local_init_op = group(scaffold.local_init_op, Scaffold.default_local_init_op())
    return Scaffold(local_init_op=local_init_op, copy_from_scaffold=scaffold)


def _with_keys(predictions: Any, keys: Sequence[str] | None) -> Any:
    if not keys:
        return predictions
    if not isinstance(predictions, dict):
        raise ValueError("predict_keys argument is not valid in case of non-dict predictions.")
    chosen = {key: value for key, value in predictions.items() if key in keys}
    if not chosen:
        raise ValueError(f"Expected to run at least one output from {list(predictions)}, provided {keys}.")
    return chosen


def _examples(batch: Any) -> Iterator[Any]:
    if not isinstance(batch, dict):
        yield from batch
        return
    sizes = {key: value.shape[0] for key, value in batch.items()}
    if len(set(sizes.values())) > 1:
        raise ValueError(
            f"Batch length of predictions should be same. They have: {sizes}. Pass yield_single_examples=False for "
            "whole batches."
        )
    for index in range(next(iter(sizes.values()), 0)):
        yield {key: value[index] for key, value in batch.items()}
