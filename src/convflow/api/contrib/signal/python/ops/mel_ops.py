"""tf.contrib.signal.python.ops.mel_ops"""

from convflow.ops.signal.features import linear_to_mel_weight_matrix
