"""tensorflow.core.framework.variable_pb2"""

from tensorboard.compat.proto.variable_pb2 import *
