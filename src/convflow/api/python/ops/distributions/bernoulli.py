"""tensorflow.python.ops.distributions.bernoulli"""

from convflow.modeling.distributions.bernoulli import Bernoulli
