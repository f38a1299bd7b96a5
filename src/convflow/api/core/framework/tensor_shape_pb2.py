"""tensorflow.core.framework.tensor_shape_pb2"""

from tensorboard.compat.proto.tensor_shape_pb2 import *
