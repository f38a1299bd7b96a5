"""Estimators of programs that may run on TPUs (API: tf.contrib.tpu.TPUEstimator)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tensorboard.compat.proto.summary_pb2 import Summary

from convflow.core import logging
from convflow.training.estimator import functions
from convflow.training.estimator.estimator import Estimator
from convflow.training.estimator.mode_keys import ModeKeys
from convflow.training.estimator.spec import EstimatorSpec
from convflow.training.estimator.tpu.config import InputPipelineConfig, RunConfig
from convflow.training.estimator.tpu.spec import TPUEstimatorSpec
from convflow.training.hooks.reporting import StepCounterHook

_RESERVED = ("batch_size", "context")


class TPUEstimator(Estimator):
    """An `Estimator` whose functions are told the batch size (API: tf.contrib.tpu.TPUEstimator).

    There is no TPU here: `use_tpu=False` is how programs ask for what TensorFlow does then, the same training on the
    processor. `params["batch_size"]` is the size of the mode, `params["use_tpu"]` False.

    Args:
        model_fn: takes `features`, `params` and if it likes `labels`, `mode` and `config`; returns a
            `TPUEstimatorSpec` or an `EstimatorSpec`.
        model_dir: the folder of checkpoints and events.
        config: a `tf.contrib.tpu.RunConfig`.
        params: a dictionary for the functions, without `batch_size` and `context`.
        use_tpu: must be False.
        train_batch_size, eval_batch_size, predict_batch_size: what `params["batch_size"]` is in each mode; there is
            none where it is None.
        batch_axis, eval_on_tpu, export_to_tpu, export_to_cpu, embedding_config_spec, export_saved_model_api_version:
            of TPUs, of no effect.
        warm_start_from: as of `Estimator`.

    Raises:
        ValueError: no such configuration, reserved names in `params`, functions without `params`.
        NotImplementedError: `use_tpu`.
    """

    def __init__(
        self,
        model_fn: Callable[..., Any] | None = None,
        model_dir: Any = None,
        config: RunConfig | None = None,
        params: Mapping[str, Any] | None = None,
        use_tpu: bool = True,
        train_batch_size: int | None = None,
        eval_batch_size: int | None = None,
        predict_batch_size: int | None = None,
        batch_axis: Any = None,
        eval_on_tpu: bool = True,
        export_to_tpu: bool = True,
        export_to_cpu: bool = True,
        warm_start_from: Any = None,
        embedding_config_spec: Any = None,
        export_saved_model_api_version: Any = None,
    ) -> None:
        if not isinstance(config, RunConfig):
            raise ValueError(f"`config` must be provided with type `tf.contrib.tpu.RunConfig`. It is {config!r}.")
        reserved = sorted(set(_RESERVED) & set(params or ()))
        if reserved:
            raise ValueError(f"{reserved} are reserved keys but existed in params {params}.")
        if use_tpu:
            raise NotImplementedError(
                "tf.contrib.tpu.TPUEstimator got use_tpu=True, and there is no TPU here. Pass use_tpu=False to run "
                "the same model on the processor."
            )
        if config.tpu_config.eval_training_input_configuration == InputPipelineConfig.SLICED:
            raise ValueError(
                "Invalid TPUConfig `eval_training_input_configuration` value. SLICED mode only works on use_tpu = True."
            )
        if model_fn is None:
            raise ValueError("model_fn must be provided to TPUEstimator.")
        if "params" not in functions.argument_names(model_fn):
            raise ValueError(_needs_params("model_fn", model_fn))
        self._batch_sizes = {
            ModeKeys.TRAIN: train_batch_size,
            ModeKeys.EVAL: eval_batch_size,
            ModeKeys.PREDICT: predict_batch_size,
        }
        self._log_every = config.log_step_count_steps
        # Steps per second are logged here, with examples per second.
        super().__init__(
            model_fn, model_dir, config.replace(log_step_count_steps=None), dict(params or {}), warm_start_from
        )

    def _params_of_input(self, input_fn: Callable[..., Any], mode: str) -> Any:
        if "params" not in functions.argument_names(input_fn):
            raise ValueError(_needs_params("input_fn", input_fn))
        return {**self.params, **self._batch_size(mode)}

    def _params_of_model(self, mode: str, exporting: bool) -> Any:
        return {**self.params, **({} if exporting else self._batch_size(mode)), "use_tpu": False}

    def _batch_size(self, mode: str) -> dict[str, int]:
        size = self._batch_sizes[mode]
        return {} if size is None else {"batch_size": size}

    def _as_spec(self, returned: Any, mode: str) -> EstimatorSpec:
        logging.info("Running %s on CPU/GPU", mode)
        if isinstance(returned, TPUEstimatorSpec):
            returned = returned.as_estimator_spec()
        spec = super()._as_spec(returned, mode)
        if mode != ModeKeys.TRAIN or self._log_every is None:
            return spec
        size = self._batch_sizes[mode]
        hook = StepCounterHook(self._log_every, output_dir=self.model_dir)
        if size is not None:
            hook = _ExamplesPerSecondHook(size, self._log_every, output_dir=self.model_dir)
        return spec._replace(training_hooks=(*spec.training_hooks, hook))


class _ExamplesPerSecondHook(StepCounterHook):
    """Logs and writes steps and examples per second."""

    def __init__(self, batch_size: int, every_n_steps: int, output_dir: str) -> None:
        super().__init__(every_n_steps, output_dir=output_dir)
        self._batch_size = batch_size

    def _log_and_record(self, elapsed_steps: int, elapsed_time: float, global_step: int) -> None:
        super()._log_and_record(elapsed_steps, elapsed_time, global_step)
        rate = self._batch_size * elapsed_steps / elapsed_time if elapsed_time else float("inf")
        if self._summary_writer is not None:
            value = Summary.Value(tag="examples/sec", simple_value=rate)
            self._summary_writer.add_summary(Summary(value=[value]), global_step)
        logging.info("examples/sec: %g", rate)


def _needs_params(name: str, function: Any) -> str:
    return (
        f"{name} ({function}) does not include params argument, required by TPUEstimator to pass batch size as "
        'params["batch_size"].'
    )
