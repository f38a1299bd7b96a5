"""tensorflow.core.framework.function_pb2"""

from tensorboard.compat.proto.function_pb2 import *
