"""tensorflow.core.protobuf.cluster_pb2"""

from tensorboard.compat.proto.cluster_pb2 import *
