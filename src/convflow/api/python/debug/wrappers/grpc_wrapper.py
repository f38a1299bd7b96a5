"""tensorflow.python.debug.wrappers.grpc_wrapper"""

from convflow.training.debugging.terminal import GrpcDebugWrapperSession, TensorBoardDebugWrapperSession
