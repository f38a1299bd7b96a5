"""tensorflow.python.debug.wrappers.hooks"""

from convflow.training.debugging.dumping import DumpingDebugHook
from convflow.training.debugging.terminal import GrpcDebugHook, LocalCLIDebugHook, TensorBoardDebugHook
