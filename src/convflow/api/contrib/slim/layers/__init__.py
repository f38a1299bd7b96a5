"""tf.contrib.slim.layers"""

from convflow.api.contrib.slim.layers import (
    bucketization_op,
    initializers,
    layers,
    normalization,
    optimizers,
    regularizers,
    rev_block_lib,
    sparse_ops,
    summaries,
)
from convflow.api.contrib.slim.layers.bucketization_op import bucketize
from convflow.api.contrib.slim.layers.layers import *
from convflow.api.contrib.slim.layers.optimizers import *
from convflow.api.contrib.slim.layers.rev_block_lib import RevBlock, recompute_grad, rev_block
from convflow.api.contrib.slim.layers.summaries import *
from convflow.slim import utils
