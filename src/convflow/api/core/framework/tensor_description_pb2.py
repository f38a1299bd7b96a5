"""tensorflow.core.framework.tensor_description_pb2"""

from tensorboard.compat.proto.tensor_description_pb2 import *
