"""tensorflow.core.protobuf.saver_pb2"""

from tensorboard.compat.proto.saver_pb2 import *
