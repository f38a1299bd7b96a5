"""tensorflow.python.ops.distributions.distribution"""

from convflow.modeling.distributions.distribution import Distribution, ReparameterizationType
