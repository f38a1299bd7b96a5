"""tensorflow.python.util.deprecation"""

from convflow.core.deprecation import deprecated, deprecated_arg_values, deprecated_args, deprecated_argument_lookup
