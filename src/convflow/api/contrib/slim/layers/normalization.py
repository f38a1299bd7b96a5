"""tf.contrib.slim.layers.normalization"""

from convflow.slim.layers.normalization import group_norm, instance_norm
