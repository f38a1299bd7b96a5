"""tf.contrib.factorization.python.ops"""

from convflow.api.contrib.factorization.python.ops import clustering_ops
