"""What a session's configuration says about its plans."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from tensorboard.compat.proto import config_pb2, rewriter_config_pb2

REWRITES_VARIABLE = "CONVFLOW_REWRITES"
_RewriterConfig = rewriter_config_pb2.RewriterConfig


@dataclass(frozen=True)
class PlanOptions:
    """How plans are compiled.

    Attributes:
        rewrites: whether they are rewritten to run faster. Off with `CONVFLOW_REWRITES=off` in the environment, and
            where TensorFlow's graph optimizers are: `rewrite_options.disable_meta_optimizer`, or an
            `optimizer_options.opt_level` of L0.
    """

    rewrites: bool = True


def plan_options(config: Any) -> PlanOptions:
    """The options of a `ConfigProto`, or of none."""
    graph_options = (config or config_pb2.ConfigProto()).graph_options
    off = (
        os.environ.get(REWRITES_VARIABLE, "").lower() in ("off", "0")
        or graph_options.rewrite_options.disable_meta_optimizer
        or graph_options.optimizer_options.opt_level == config_pb2.OptimizerOptions.L0
    )
    return PlanOptions(rewrites=not off)
