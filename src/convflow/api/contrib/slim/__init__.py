"""tf.contrib.slim"""

from convflow.api.contrib.slim import (
    data,
    evaluation,
    layers,
    learning,
    losses,
    metrics,
    model_analyzer,
    nets,
    ops,
    queues,
    summaries,
)
from convflow.api.contrib.slim.data import (
    data_decoder,
    data_provider,
    dataset,
    dataset_data_provider,
    parallel_reader,
    prefetch_queue,
    tfexample_decoder,
)
from convflow.api.contrib.slim.layers import (
    bucketization_op,
    initializers,
    normalization,
    optimizers,
    regularizers,
    rev_block_lib,
    sparse_ops,
)
from convflow.api.contrib.slim.layers.bucketization_op import bucketize
from convflow.api.contrib.slim.layers.layers import *
from convflow.api.contrib.slim.layers.optimizers import *
from convflow.api.contrib.slim.layers.rev_block_lib import RevBlock, recompute_grad, rev_block
from convflow.api.contrib.slim.layers.summaries import *
from convflow.api.contrib.slim.ops import arg_scope as arg_scope_lib
from convflow.api.contrib.slim.ops.arg_scope import *
from convflow.api.contrib.slim.ops.arg_scope import arg_scope
from convflow.api.contrib.slim.ops.variables import *
from convflow.api.contrib.slim.training import evaluation as train_eval
from convflow.api.contrib.slim.training import training
from convflow.api.python.ops import init_ops, nn
from convflow.slim import utils
