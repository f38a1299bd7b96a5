"""tensorflow.core.framework.graph_pb2"""

from tensorboard.compat.proto.graph_pb2 import *
