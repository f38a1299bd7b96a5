"""tensorflow.core.framework.op_def_pb2"""

from tensorboard.compat.proto.op_def_pb2 import *
