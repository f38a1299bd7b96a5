"""How an estimator runs (API: tf.estimator.RunConfig)."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from typing import Any

from tensorboard.compat.proto.config_pb2 import ConfigProto, GraphOptions
from tensorboard.compat.proto.rewriter_config_pb2 import RewriterConfig

from convflow.core import logging
from convflow.core.compat import path_to_str
from convflow.training.distribute.strategy import Strategy

# TensorFlow's own word: None means "never".
_USE_DEFAULT = "USE_DEFAULT"
_DEFAULT_SAVE_SECS = 600
_BOTH = "`save_checkpoints_steps` and `save_checkpoints_secs` cannot be both set."
_REPLACEABLE = (
    "model_dir", "tf_random_seed", "save_summary_steps", "save_checkpoints_steps", "save_checkpoints_secs",
    "session_config", "keep_checkpoint_max", "keep_checkpoint_every_n_hours", "log_step_count_steps",
    "train_distribute", "device_fn", "protocol", "eval_distribute", "experimental_distribute",
    "experimental_max_worker_delay_secs", "session_creation_timeout_secs",
)  # fmt: skip


class RunConfig:
    """Folders, seeds, and how often things are written and logged (API: tf.estimator.RunConfig).

    Args:
        model_dir: the folder of checkpoints and events.
        tf_random_seed: the graphs' seed.
        save_summary_steps: how often summaries are written.
        save_checkpoints_steps, save_checkpoints_secs: how often checkpoints are; every 600 seconds by default, never
            if both are None.
        session_config: a `ConfigProto`.
        keep_checkpoint_max: how many of the latest checkpoints stay; None or 0 for all.
        keep_checkpoint_every_n_hours: of those that would be deleted, one in so many hours stays.
        log_step_count_steps: how often loss and steps per second are logged.
        device_fn: a function of a node to its device.
        protocol, experimental_max_worker_delay_secs, session_creation_timeout_secs: of several processes.
        train_distribute, eval_distribute: a `tf.distribute.Strategy` of one device, in force while it trains or
            evaluates.
        experimental_distribute: must be None.

    Raises:
        ValueError: a value that cannot be, or checkpoints both by steps and by seconds.
        NotImplementedError: `experimental_distribute`, or a cluster in the environment's TF_CONFIG.
    """

    def __init__(
        self,
        model_dir: Any = None,
        tf_random_seed: int | None = None,
        save_summary_steps: int | None = 100,
        save_checkpoints_steps: Any = _USE_DEFAULT,
        save_checkpoints_secs: Any = _USE_DEFAULT,
        session_config: Any = None,
        keep_checkpoint_max: int | None = 5,
        keep_checkpoint_every_n_hours: float = 10000,
        log_step_count_steps: int | None = 100,
        train_distribute: Any = None,
        device_fn: Callable[[Any], str] | None = None,
        protocol: str | None = None,
        eval_distribute: Any = None,
        experimental_distribute: Any = None,
        experimental_max_worker_delay_secs: int | None = None,
        session_creation_timeout_secs: int = 7200,
    ) -> None:
        if save_checkpoints_steps == _USE_DEFAULT and save_checkpoints_secs == _USE_DEFAULT:
            save_checkpoints_steps, save_checkpoints_secs = None, _DEFAULT_SAVE_SECS
        elif save_checkpoints_secs == _USE_DEFAULT:
            save_checkpoints_secs = None
        elif save_checkpoints_steps == _USE_DEFAULT:
            save_checkpoints_steps = None
        elif save_checkpoints_steps is not None and save_checkpoints_secs is not None:
            raise ValueError(_BOTH)
        environment = _tf_config()
        given = locals()
        self._values: dict[str, Any] = {name: given[name] for name in _REPLACEABLE}
        self._values["model_dir"] = _model_dir(environment, path_to_str(model_dir))
        _check(self._values)
        task = environment.get("task", {})
        self._task_type: str = task.get("type", "worker")
        self._task_id = int(task.get("index", 0))

    def replace(self, **kwargs: Any) -> RunConfig:
        """A copy with other values.

        Raises:
            ValueError: a name that cannot be replaced, or a value that cannot be.
        """
        unknown = [name for name in kwargs if name not in _REPLACEABLE]
        if unknown:
            raise ValueError(f"Replacing {unknown[0]} is not supported. Allowed properties are {list(_REPLACEABLE)}.")
        if kwargs.get("save_checkpoints_steps") is not None and kwargs.get("save_checkpoints_secs") is not None:
            raise ValueError(_BOTH)
        # One of the two takes the other's place.
        for name, other in (
            ("save_checkpoints_steps", "save_checkpoints_secs"),
            ("save_checkpoints_secs", "save_checkpoints_steps"),
        ):
            if kwargs.get(name) is not None:
                kwargs[other] = None
        new = copy.copy(self)
        new._values = {**self._values, **kwargs}
        _check(new._values)
        return new

    def __repr__(self) -> str:
        return f"RunConfig({', '.join(f'{name}={value!r}' for name, value in self._values.items())})"

    def as_dict(self) -> dict[str, Any]:
        """All values under TensorFlow's private names, as the log shows them."""
        own = {f"_{name}": value for name, value in self._values.items()}
        others = ("cluster_spec", "task_type", "task_id", "global_id_in_cluster", "master", "evaluation_master",
                  "is_chief", "num_ps_replicas", "num_worker_replicas")  # fmt: skip
        return {**own, "_service": self.service, **{f"_{name}": getattr(self, name) for name in others}}

    @property
    def model_dir(self) -> str | None:
        return self._values["model_dir"]

    @property
    def tf_random_seed(self) -> int | None:
        return self._values["tf_random_seed"]

    @property
    def save_summary_steps(self) -> int | None:
        return self._values["save_summary_steps"]

    @property
    def save_checkpoints_steps(self) -> int | None:
        return self._values["save_checkpoints_steps"]

    @property
    def save_checkpoints_secs(self) -> float | None:
        return self._values["save_checkpoints_secs"]

    @property
    def session_config(self) -> Any:
        return self._values["session_config"]

    @property
    def keep_checkpoint_max(self) -> int | None:
        return self._values["keep_checkpoint_max"]

    @property
    def keep_checkpoint_every_n_hours(self) -> float:
        return self._values["keep_checkpoint_every_n_hours"]

    @property
    def log_step_count_steps(self) -> int | None:
        return self._values["log_step_count_steps"]

    @property
    def train_distribute(self) -> Any:
        return self._values["train_distribute"]

    @property
    def eval_distribute(self) -> Any:
        return self._values["eval_distribute"]

    @property
    def experimental_max_worker_delay_secs(self) -> int | None:
        return self._values["experimental_max_worker_delay_secs"]

    @property
    def session_creation_timeout_secs(self) -> int:
        return self._values["session_creation_timeout_secs"]

    @property
    def device_fn(self) -> Callable[[Any], str] | None:
        return self._values["device_fn"]

    @property
    def protocol(self) -> str | None:
        return self._values["protocol"]

    # Of one process; TensorFlow's answers for it.

    @property
    def cluster_spec(self) -> dict[str, Any]:
        return {}

    @property
    def task_type(self) -> str:
        return self._task_type

    @property
    def task_id(self) -> int:
        return self._task_id

    @property
    def global_id_in_cluster(self) -> int:
        return 0

    @property
    def master(self) -> str:
        return ""

    @property
    def evaluation_master(self) -> str:
        return ""

    @property
    def is_chief(self) -> bool:
        return self._task_type != "evaluator"

    @property
    def num_ps_replicas(self) -> int:
        return 0

    @property
    def num_worker_replicas(self) -> int:
        return 1 if self.is_chief else 0

    @property
    def service(self) -> None:
        return None


def default_session_config() -> ConfigProto:
    """TensorFlow's configuration of an estimator's sessions where none is given."""
    rewrites = RewriterConfig(meta_optimizer_iterations=RewriterConfig.ONE)
    return ConfigProto(allow_soft_placement=True, graph_options=GraphOptions(rewrite_options=rewrites))


def _tf_config() -> dict[str, Any]:
    config = json.loads(os.environ.get("TF_CONFIG", "{}"))
    if not config:
        return {}
    logging.info("TF_CONFIG environment variable: %s", config)
    tasks = [address for addresses in config.get("cluster", {}).values() for address in addresses]
    if len(tasks) > 1:
        raise NotImplementedError(
            f"TF_CONFIG describes a cluster of {len(tasks)} tasks: {config['cluster']}. convflow trains in one "
            "process. Unset TF_CONFIG, or leave one task in it."
        )
    return config


def _model_dir(environment: dict[str, Any], model_dir: str | None) -> str | None:
    if model_dir is not None and not model_dir:
        raise ValueError("model_dir should be non-empty")
    in_environment = environment.get("model_dir")
    if in_environment == "":
        raise ValueError("model_dir in TF_CONFIG should be non-empty")
    if model_dir and in_environment and model_dir != in_environment:
        raise ValueError(
            "`model_dir` provided in RunConfig construct, if set, must have the same value as the model_dir in "
            f'TF_CONFIG. model_dir: {model_dir}\nTF_CONFIG["model_dir"]: {in_environment}.'
        )
    return model_dir or in_environment


def _check(values: dict[str, Any]) -> None:
    def must(name: str, holds: Callable[[Any], bool], what: str) -> None:
        value = values[name]
        if value is not None and not holds(value):
            raise ValueError(f"{name} should be {what}: it is {value!r}.")

    must("model_dir", bool, "non-empty")
    for name in ("save_summary_steps", "save_checkpoints_steps", "save_checkpoints_secs", "keep_checkpoint_max"):
        must(name, lambda value: value >= 0, ">= 0")
    for name in ("keep_checkpoint_every_n_hours", "log_step_count_steps", "session_creation_timeout_secs"):
        must(name, lambda value: value > 0, "> 0")
    must("session_config", lambda value: isinstance(value, ConfigProto), "an instance of ConfigProto")
    must("tf_random_seed", lambda value: isinstance(value, int), "an integer")
    must("device_fn", callable, 'callable with exactly one argument "op"')
    for name in ("train_distribute", "eval_distribute"):
        must(name, lambda value: isinstance(value, Strategy), "a tf.distribute.Strategy")
    if values["experimental_distribute"] is not None:
        raise NotImplementedError(
            "RunConfig: experimental_distribute (a cluster's strategies) is not there: convflow trains in one process. "
            "Pass train_distribute and eval_distribute."
        )
