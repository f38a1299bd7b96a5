"""tensorflow.python.debug.wrappers.dumping_wrapper"""

from convflow.training.debugging.dumping import DumpingDebugWrapperSession
