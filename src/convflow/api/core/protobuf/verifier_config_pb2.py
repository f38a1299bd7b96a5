"""tensorflow.core.protobuf.verifier_config_pb2"""

from tensorboard.compat.proto.verifier_config_pb2 import *
