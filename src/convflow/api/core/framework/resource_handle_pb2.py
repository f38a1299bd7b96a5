"""tensorflow.core.framework.resource_handle_pb2"""

from tensorboard.compat.proto.resource_handle_pb2 import *
