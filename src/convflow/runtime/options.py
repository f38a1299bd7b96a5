"""What a session's configuration says about its plans."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from tensorboard.compat.proto import config_pb2, rewriter_config_pb2

from convflow.runtime import settings

REWRITES_VARIABLE = "CONVFLOW_REWRITES"
_RewriterConfig = rewriter_config_pb2.RewriterConfig
# One switch for every kind of device that TensorFlow has met since.
_MIXED_PRECISION = (
    "auto_mixed_precision",
    "auto_mixed_precision_mkl",
    "auto_mixed_precision_onednn_bfloat16",
    "auto_mixed_precision_cpu",
)


@dataclass(frozen=True)
class PlanOptions:
    """How plans are compiled.

    Attributes:
        rewrites: whether they are rewritten to run faster. Off with `CONVFLOW_REWRITES=off` in the environment, and
            where TensorFlow's graph optimizers are: `rewrite_options.disable_meta_optimizer`, that of
            `tf.config.optimizer.set_experimental_options`, or an `optimizer_options.opt_level` of L0.
        bfloat16: whether convolutions and matrix products may run in bfloat16: `rewrite_options.auto_mixed_precision`
            or one of its siblings ON, or `tf.train.experimental.enable_mixed_precision_graph_rewrite`.
    """

    rewrites: bool = True
    bfloat16: bool = False


class MixedPrecision:
    """The process's switch for sessions to come, and whether there have been sessions without it."""

    is_enabled = False
    was_missed = False


def plan_options(config: Any) -> PlanOptions:
    """The options of a `ConfigProto`, or of none, for a session about to open."""
    graph_options = (config or config_pb2.ConfigProto()).graph_options
    rewrite_options = graph_options.rewrite_options
    off = (
        os.environ.get(REWRITES_VARIABLE, "").lower() in ("off", "0")
        or rewrite_options.disable_meta_optimizer
        or not settings.rewrites_are_on()
        or graph_options.optimizer_options.opt_level == config_pb2.OptimizerOptions.L0
    )
    MixedPrecision.was_missed |= not MixedPrecision.is_enabled
    return PlanOptions(rewrites=not off, bfloat16=_is_mixed(rewrite_options))


def _is_mixed(rewrite_options: Any) -> bool:
    toggles = [getattr(rewrite_options, field) for field in _MIXED_PRECISION]
    if any(toggle in (_RewriterConfig.ON, _RewriterConfig.AGGRESSIVE) for toggle in toggles):
        return True
    return MixedPrecision.is_enabled and rewrite_options.auto_mixed_precision != _RewriterConfig.OFF
