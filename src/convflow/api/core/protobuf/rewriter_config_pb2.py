"""tensorflow.core.protobuf.rewriter_config_pb2"""

from tensorboard.compat.proto.rewriter_config_pb2 import *
