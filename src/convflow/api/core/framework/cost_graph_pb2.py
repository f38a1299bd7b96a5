"""tensorflow.core.framework.cost_graph_pb2"""

from tensorboard.compat.proto.cost_graph_pb2 import *
