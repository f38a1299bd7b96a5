"""tensorflow.core.protobuf.debug_pb2"""

from tensorboard.compat.proto.debug_pb2 import *
