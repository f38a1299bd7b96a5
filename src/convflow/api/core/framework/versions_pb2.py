"""tensorflow.core.framework.versions_pb2"""

from tensorboard.compat.proto.versions_pb2 import *
