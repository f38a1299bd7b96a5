"""tf.contrib.boosted_trees"""

from convflow.api.contrib.boosted_trees import estimator_batch, proto
