"""tensorflow.python.ops.signal.dct_ops"""

from convflow.ops.math.cosine import dct, idct
