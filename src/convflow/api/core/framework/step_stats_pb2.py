"""tensorflow.core.framework.step_stats_pb2"""

from tensorboard.compat.proto.step_stats_pb2 import *
