"""tensorflow.python.ops.distributions.normal"""

from convflow.modeling.distributions.normal import Normal
