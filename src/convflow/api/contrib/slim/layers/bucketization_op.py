"""tf_slim.layers.bucketization_op"""

from convflow.slim.layers.bucketization import bucketize
