"""tensorflow.core.framework.summary_pb2"""

from tensorboard.compat.proto.summary_pb2 import *
