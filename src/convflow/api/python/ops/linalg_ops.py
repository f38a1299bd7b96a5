"""tensorflow.python.ops.linalg_ops"""

from convflow.ops.array.eye import eye
from convflow.ops.linalg.eigen import self_adjoint_eig, self_adjoint_eigvals
from convflow.ops.linalg.functions import logm as matrix_logarithm
from convflow.ops.linalg.functions import matrix_square_root
from convflow.ops.linalg.inverse import matrix_determinant, matrix_inverse, matrix_solve
from convflow.ops.linalg.inverse import slogdet as log_matrix_determinant
from convflow.ops.linalg.least_squares import matrix_solve_ls
from convflow.ops.linalg.lu import lu
from convflow.ops.linalg.norm import norm
from convflow.ops.linalg.qr import qr
from convflow.ops.linalg.svd import svd
from convflow.ops.linalg.triangular import cholesky, cholesky_solve, matrix_triangular_solve
from convflow.ops.linalg.tridiagonal import tridiagonal_solve
from convflow.ops.math.einsum import einsum
