"""tensorflow.python.eager"""

from convflow.api.python.eager import backprop, context, function
