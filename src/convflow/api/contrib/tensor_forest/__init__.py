"""tf.contrib.tensor_forest"""

from convflow.api.contrib.tensor_forest import python
