"""tensorflow.core.framework.types_pb2"""

from tensorboard.compat.proto.types_pb2 import *
