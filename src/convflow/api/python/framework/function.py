"""tensorflow.python.framework.function"""

from convflow.modeling.defun import Defun
