"""tensorflow.core.framework.attr_value_pb2"""

from tensorboard.compat.proto.attr_value_pb2 import *
