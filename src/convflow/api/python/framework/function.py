"""tensorflow.python.framework.function"""

from convflow.runtime.other_devices import Defun
