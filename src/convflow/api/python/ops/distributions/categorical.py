"""tensorflow.python.ops.distributions.categorical"""

from convflow.modeling.distributions.categorical import Categorical
