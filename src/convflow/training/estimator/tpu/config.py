"""The configuration of `TPUEstimator` (API: tf.contrib.tpu.RunConfig, TPUConfig, InputPipelineConfig)."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

from convflow.training.estimator import run_config

_CORES = (1, 2, 4, 8, 16, 32, 64, 128)


class InputPipelineConfig:
    """How often a TPU's input function is called (API: tf.contrib.tpu.InputPipelineConfig)."""

    PER_SHARD_V1 = 1
    PER_HOST_V1 = 2
    PER_HOST_V2 = 3
    BROADCAST = 4
    SLICED = 5


class _Fields(NamedTuple):
    iterations_per_loop: Any
    num_shards: Any
    num_cores_per_replica: Any
    per_host_input_for_training: Any
    tpu_job_name: Any
    initial_infeed_sleep_secs: Any
    input_partition_dims: Any
    eval_training_input_configuration: Any
    experimental_host_call_every_n_steps: Any


class TPUConfig(_Fields):
    """What a program says about TPUs (API: tf.contrib.tpu.TPUConfig): kept and checked, of no effect without one.

    Args:
        iterations_per_loop, num_shards, num_cores_per_replica, initial_infeed_sleep_secs: of the TPU; positive.
        per_host_input_for_training: one of `InputPipelineConfig`, or whether it is PER_HOST_V1.
        tpu_job_name: of its job.
        input_partition_dims: how input is split over cores.
        eval_training_input_configuration: PER_HOST_V1 or SLICED.
        experimental_host_call_every_n_steps: how often host calls happen.

    Raises:
        ValueError: a number that cannot be, or `input_partition_dims` without what it needs.
    """

    def __new__(
        cls,
        iterations_per_loop: int = 2,
        num_shards: int | None = None,
        num_cores_per_replica: int | None = None,
        per_host_input_for_training: int | bool = True,
        tpu_job_name: str | None = None,
        initial_infeed_sleep_secs: int | None = None,
        input_partition_dims: Any = None,
        eval_training_input_configuration: int = InputPipelineConfig.PER_HOST_V1,
        experimental_host_call_every_n_steps: int = 1,
    ) -> TPUConfig:
        _check_positive("iterations_per_loop", iterations_per_loop)
        if num_shards is not None:
            _check_positive("num_shards", num_shards)
        if initial_infeed_sleep_secs:
            _check_positive("initial_infeed_sleep_secs", initial_infeed_sleep_secs)
        if num_cores_per_replica is not None and num_cores_per_replica not in _CORES:
            raise ValueError(f"num_cores_per_replica must be one of {_CORES}; got {num_cores_per_replica}.")
        if isinstance(per_host_input_for_training, bool):
            per_host_input_for_training = (
                InputPipelineConfig.PER_HOST_V1 if per_host_input_for_training else InputPipelineConfig.PER_SHARD_V1
            )
        if input_partition_dims is not None:
            _check_partition(input_partition_dims, per_host_input_for_training, num_cores_per_replica)
        if eval_training_input_configuration not in (InputPipelineConfig.PER_HOST_V1, InputPipelineConfig.SLICED):
            raise ValueError(
                "eval_training_input_configuration must be InputPipelineConfig.PER_HOST_V1 or SLICED; got "
                f"{eval_training_input_configuration}."
            )
        return super().__new__(
            cls, iterations_per_loop, num_shards, num_cores_per_replica, per_host_input_for_training, tpu_job_name,
            initial_infeed_sleep_secs, input_partition_dims, eval_training_input_configuration,
            experimental_host_call_every_n_steps,
        )  # fmt: skip


class RunConfig(run_config.RunConfig):
    """A `tf.estimator.RunConfig` that also says something about TPUs (API: tf.contrib.tpu.RunConfig).

    Args:
        tpu_config: a `TPUConfig`.
        evaluation_master, master: empty or None: there is one process.
        cluster: None.
        kwargs: as of `tf.estimator.RunConfig`.

    Raises:
        ValueError: both a master and a cluster. NotImplementedError: one of them.
    """

    def __init__(
        self,
        tpu_config: TPUConfig | None = None,
        evaluation_master: str | None = None,
        master: str | None = None,
        cluster: Any = None,
        **kwargs: Any,
    ) -> None:
        if master is not None and cluster is not None:
            raise ValueError("Both master and cluster are set.")
        elsewhere = master or evaluation_master or cluster
        if elsewhere:
            raise NotImplementedError(
                f"tf.contrib.tpu.RunConfig got {elsewhere!r} as master or cluster: another process. convflow trains "
                "in one. Leave it out."
            )
        super().__init__(**kwargs)
        self._tpu_config = tpu_config or TPUConfig()

    @property
    def tpu_config(self) -> TPUConfig:
        return self._tpu_config

    @property
    def cluster(self) -> None:
        return None

    def replace(self, **kwargs: Any) -> RunConfig:
        """As of `tf.estimator.RunConfig`; `tpu_config` can be replaced, too."""
        tpu_config = kwargs.pop("tpu_config", self._tpu_config)
        new = cast(RunConfig, super().replace(**kwargs))
        new._tpu_config = tpu_config
        return new

    def as_dict(self) -> dict[str, Any]:
        return {**super().as_dict(), "_tpu_config": self._tpu_config, "_cluster": None}


def _check_positive(name: str, value: Any) -> None:
    if value <= 0:
        raise ValueError(f"TPUConfig {name} must be positive; got {value}.")


def _check_partition(dims: Any, per_host: int, cores: int | None) -> None:
    if len(dims) not in (1, 2):
        raise ValueError(f"input_partition_dims must be a list/tuple with one or two elements; it has {len(dims)}.")
    if per_host != InputPipelineConfig.PER_HOST_V2:
        raise ValueError(
            f"input_partition_dims is only supported in PER_HOST_V2 mode; per_host_input_for_training is {per_host}."
        )
    if cores is None:
        raise ValueError("input_partition_dims requires setting num_cores_per_replica.")
