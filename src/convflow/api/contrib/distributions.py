"""tf.contrib.distributions"""

from convflow.api.distributions import *
