"""tensorflow.core.framework.tensor_pb2"""

from tensorboard.compat.proto.tensor_pb2 import *
