"""tensorflow.core.protobuf.struct_pb2"""

from tensorboard.compat.proto.struct_pb2 import *
