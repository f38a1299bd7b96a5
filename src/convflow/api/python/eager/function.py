"""tensorflow.python.eager.function"""

from convflow.runtime.eager.defun import CompiledFunction, defun
