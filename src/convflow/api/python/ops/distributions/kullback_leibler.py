"""tensorflow.python.ops.distributions.kullback_leibler"""

from convflow.modeling.distributions.kullback_leibler import RegisterKL, kl_divergence
