"""tensorflow.python.debug.wrappers.framework"""

from convflow.training.debugging.watching import WatchOptions
