"""tf.contrib.slim.ops"""

from convflow.api.contrib.slim.ops import arg_scope, framework_ops, variables
