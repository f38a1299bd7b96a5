"""tensorflow.python.debug.wrappers.local_cli_wrapper"""

from convflow.training.debugging.terminal import LocalCLIDebugWrapperSession
