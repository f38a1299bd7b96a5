"""tensorflow.python.ops.distributions.uniform"""

from convflow.modeling.distributions.uniform import Uniform
