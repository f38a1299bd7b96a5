"""tensorflow.core.framework.node_def_pb2"""

from tensorboard.compat.proto.node_def_pb2 import *
