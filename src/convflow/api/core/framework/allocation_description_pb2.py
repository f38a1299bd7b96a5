"""tensorflow.core.framework.allocation_description_pb2"""

from tensorboard.compat.proto.allocation_description_pb2 import *
