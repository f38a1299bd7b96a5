"""tf.random"""

from convflow.api import random_experimental as experimental
from convflow.graph.seeds import get_seed, set_random_seed
from convflow.ops.candidate_sampling import (
    all_candidate_sampler,
    fixed_unigram_candidate_sampler,
    learned_unigram_candidate_sampler,
    log_uniform_candidate_sampler,
    uniform_candidate_sampler,
)
from convflow.ops.random import random_normal as normal
from convflow.ops.random import random_shuffle as shuffle
from convflow.ops.random import random_uniform as uniform
from convflow.ops.random import truncated_normal
from convflow.ops.random_discrete import categorical, multinomial
from convflow.ops.random_discrete import random_poisson as poisson
from convflow.ops.random_gamma import random_gamma as gamma
from convflow.ops.random_stateless import (
    stateless_categorical,
    stateless_multinomial,
    stateless_truncated_normal,
)
from convflow.ops.random_stateless import stateless_random_normal as stateless_normal
from convflow.ops.random_stateless import stateless_random_uniform as stateless_uniform
