"""tensorflow.python.util.function_utils"""

from convflow.core.decorators import fn_args
