"""tensorflow.core.protobuf.config_pb2"""

from tensorboard.compat.proto.config_pb2 import *
