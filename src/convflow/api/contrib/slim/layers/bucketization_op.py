"""tf_slim.layers.bucketization_op"""

from convflow.ops.math.histogram import bucketize
