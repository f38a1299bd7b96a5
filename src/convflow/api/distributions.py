"""tf.distributions"""

from convflow.modeling.distributions.bernoulli import Bernoulli
from convflow.modeling.distributions.beta import Beta
from convflow.modeling.distributions.categorical import Categorical
from convflow.modeling.distributions.dirichlet import Dirichlet
from convflow.modeling.distributions.distribution import (
    FULLY_REPARAMETERIZED,
    NOT_REPARAMETERIZED,
    Distribution,
    ReparameterizationType,
)
from convflow.modeling.distributions.gamma import Exponential, Gamma
from convflow.modeling.distributions.kullback_leibler import RegisterKL, kl_divergence
from convflow.modeling.distributions.laplace import Laplace
from convflow.modeling.distributions.multinomial import DirichletMultinomial, Multinomial
from convflow.modeling.distributions.normal import Normal
from convflow.modeling.distributions.student_t import StudentT
from convflow.modeling.distributions.uniform import Uniform
