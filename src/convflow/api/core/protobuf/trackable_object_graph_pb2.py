"""tensorflow.core.protobuf.trackable_object_graph_pb2"""

from tensorboard.compat.proto.trackable_object_graph_pb2 import *
