"""tensorflow.core.protobuf.saved_object_graph_pb2"""

from tensorboard.compat.proto.saved_object_graph_pb2 import *
