"""tensorflow.python.ops.stateless_random_ops"""

from convflow.ops.array.split import split
from convflow.ops.random_stateless import stateless_categorical, stateless_multinomial, stateless_truncated_normal
