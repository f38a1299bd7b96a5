"""tf.contrib.slim.ops"""

from convflow.slim import arg_scope, variables
