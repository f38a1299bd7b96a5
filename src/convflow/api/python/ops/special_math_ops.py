"""tensorflow.python.ops.special_math_ops"""

from convflow.ops.math.bessel import bessel_i0, bessel_i0e, bessel_i1, bessel_i1e
from convflow.ops.math.einsum import einsum
from convflow.ops.math.gamma import lbeta
