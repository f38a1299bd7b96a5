"""tf.contrib.boosted_trees.proto.learner_pb2"""

from convflow.formats.learner import (
    AveragingConfig,
    LearnerConfig,
    LearningRateConfig,
    LearningRateDropoutDrivenConfig,
    LearningRateFixedConfig,
    LearningRateLineSearchConfig,
    TreeConstraintsConfig,
    TreeRegularizationConfig,
)
