"""tf.random"""

from convflow.graph.seeds import get_seed, set_random_seed
from convflow.ops.random import multinomial, truncated_normal
from convflow.ops.random import random_normal as normal
from convflow.ops.random import random_shuffle as shuffle
from convflow.ops.random import random_uniform as uniform
