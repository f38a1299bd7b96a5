"""tf.contrib.opt"""

from convflow.training.optimizers.adam_variants import AdaMaxOptimizer, LazyAdamOptimizer, NadamOptimizer
from convflow.training.optimizers.external import ExternalOptimizerInterface, ScipyOptimizerInterface
from convflow.training.optimizers.moving_average import MovingAverageOptimizer
from convflow.training.optimizers.sign import AddSignOptimizer, PowerSignOptimizer
from convflow.training.optimizers.weight_decay import (
    AdamWOptimizer,
    DecoupledWeightDecayExtension,
    MomentumWOptimizer,
    extend_with_decoupled_weight_decay,
)
