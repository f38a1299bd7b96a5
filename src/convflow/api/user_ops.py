"""tf.user_ops"""

from convflow.ops.fingerprint import my_fact
