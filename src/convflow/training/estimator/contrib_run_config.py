"""The configuration that tf.contrib.learn had (API: tf.contrib.learn.RunConfig)."""

from __future__ import annotations

from typing import Any

from tensorboard.compat.proto.config_pb2 import ConfigProto, GPUOptions

from convflow.training.estimator import run_config

_SAVE_SECS = 600


class RunConfig(run_config.RunConfig):
    """A `tf.estimator.RunConfig` with words of its own for the session (API: tf.contrib.learn.RunConfig).

    Args:
        master, evaluation_master: must be empty: there is one process.
        num_cores: threads of a session; as many as there are cores if 0.
        log_device_placement: of the session.
        gpu_memory_fraction: the part of a GPU's memory for it.
        session_config: a `ConfigProto`, instead of these three.
        others: as of `tf.estimator.RunConfig`; `save_checkpoints_secs` is 600 unless steps are given.

    Raises:
        NotImplementedError: a master.
    """

    def __init__(
        self,
        master: str | None = None,
        num_cores: int = 0,
        log_device_placement: bool = False,
        gpu_memory_fraction: float = 1,
        tf_random_seed: int | None = None,
        save_summary_steps: int = 100,
        save_checkpoints_secs: Any = _SAVE_SECS,
        save_checkpoints_steps: int | None = None,
        keep_checkpoint_max: int | None = 5,
        keep_checkpoint_every_n_hours: float = 10000,
        log_step_count_steps: int | None = 100,
        protocol: str | None = None,
        evaluation_master: str = "",
        model_dir: Any = None,
        session_config: Any = None,
        session_creation_timeout_secs: int = 7200,
    ) -> None:
        if master or evaluation_master:
            raise NotImplementedError(
                f"RunConfig: master={master or evaluation_master!r} names another process; convflow trains in one. "
                "Leave it out."
            )
        if session_config is None:
            session_config = ConfigProto(
                log_device_placement=log_device_placement,
                inter_op_parallelism_threads=num_cores,
                intra_op_parallelism_threads=num_cores,
                gpu_options=GPUOptions(per_process_gpu_memory_fraction=gpu_memory_fraction),
            )
        super().__init__(
            model_dir=model_dir,
            tf_random_seed=tf_random_seed,
            save_summary_steps=save_summary_steps,
            save_checkpoints_steps=save_checkpoints_steps,
            save_checkpoints_secs=None if save_checkpoints_steps is not None else save_checkpoints_secs,
            session_config=session_config,
            keep_checkpoint_max=keep_checkpoint_max,
            keep_checkpoint_every_n_hours=keep_checkpoint_every_n_hours,
            log_step_count_steps=log_step_count_steps,
            protocol=protocol,
            session_creation_timeout_secs=session_creation_timeout_secs,
        )
