"""tf.contrib.slim"""

from convflow.api.contrib.slim import layers, losses, metrics, model_analyzer, nets, ops, summaries
from convflow.api.contrib.slim.layers.layers import *
from convflow.api.contrib.slim.layers.summaries import *
from convflow.api.contrib.slim.ops import arg_scope as arg_scope_lib
from convflow.api.contrib.slim.ops.arg_scope import *
from convflow.api.contrib.slim.ops.arg_scope import arg_scope
from convflow.api.contrib.slim.ops.variables import *
from convflow.slim import utils
