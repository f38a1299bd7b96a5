"""tf.contrib.factorization.python"""

from convflow.api.contrib.factorization.python import ops
