"""tf.contrib.boosted_trees.estimator_batch"""

from convflow.api.contrib.boosted_trees.estimator_batch import estimator
