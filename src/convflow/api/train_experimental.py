"""tf.train.experimental"""

from convflow.training.loss_scale import DynamicLossScale, FixedLossScale, LossScale
from convflow.training.optimizers.loss_scale import (
    MixedPrecisionLossScaleOptimizer,
    disable_mixed_precision_graph_rewrite,
    enable_mixed_precision_graph_rewrite,
)
