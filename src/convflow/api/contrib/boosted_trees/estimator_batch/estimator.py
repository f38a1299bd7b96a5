"""tf.contrib.boosted_trees.estimator_batch.estimator"""

from convflow.training.estimator.boosted.contrib import (
    GradientBoostedDecisionTreeClassifier,
    GradientBoostedDecisionTreeRegressor,
)
