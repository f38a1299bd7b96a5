"""tensorflow.python.ops.random_ops"""

from convflow.ops.random import random_normal, random_shuffle, random_uniform, truncated_normal
from convflow.ops.random_discrete import categorical, multinomial, random_poisson
from convflow.ops.random_gamma import random_gamma
