"""tf.contrib.tpu"""

from convflow.training.estimator.tpu.config import InputPipelineConfig, RunConfig, TPUConfig
from convflow.training.estimator.tpu.estimator import TPUEstimator
from convflow.training.estimator.tpu.spec import TPUEstimatorSpec
from convflow.training.optimizers.cross_shard import CrossShardOptimizer
