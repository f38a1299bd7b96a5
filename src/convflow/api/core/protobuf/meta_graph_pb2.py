"""tensorflow.core.protobuf.meta_graph_pb2"""

from tensorboard.compat.proto.meta_graph_pb2 import *
