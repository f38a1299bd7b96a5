"""tf.contrib.tensor_forest.python"""

from convflow.api.contrib.tensor_forest.python import tensor_forest
