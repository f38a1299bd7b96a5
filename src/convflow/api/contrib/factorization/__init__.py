"""tf.contrib.factorization"""

from convflow.api.contrib.factorization.python.ops.clustering_ops import *
