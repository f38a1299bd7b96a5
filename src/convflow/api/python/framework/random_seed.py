"""tensorflow.python.framework.random_seed"""

from convflow.graph.seeds import get_seed, set_random_seed
