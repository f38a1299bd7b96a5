"""tf.linalg"""

from convflow.modeling.linear_operators import algebra as _algebra
from convflow.modeling.linear_operators.base import LinearOperator
from convflow.modeling.linear_operators.circulant import (
    LinearOperatorCirculant,
    LinearOperatorCirculant2D,
    LinearOperatorCirculant3D,
)
from convflow.modeling.linear_operators.composed import (
    LinearOperatorAdjoint,
    LinearOperatorBlockDiag,
    LinearOperatorComposition,
    LinearOperatorInversion,
    LinearOperatorKronecker,
    LinearOperatorLowRankUpdate,
)
from convflow.modeling.linear_operators.constant import (
    LinearOperatorIdentity,
    LinearOperatorScaledIdentity,
    LinearOperatorZeros,
)
from convflow.modeling.linear_operators.dense import (
    LinearOperatorDiag,
    LinearOperatorFullMatrix,
    LinearOperatorHouseholder,
    LinearOperatorLowerTriangular,
    LinearOperatorToeplitz,
)
from convflow.ops.array.diag import diag as tensor_diag
from convflow.ops.array.diag import diag_part as tensor_diag_part
from convflow.ops.array.diag import matrix_band_part as band_part
from convflow.ops.array.eye import eye
from convflow.ops.array.matrix_diag import matrix_diag as diag
from convflow.ops.array.matrix_diag import matrix_diag_part as diag_part
from convflow.ops.array.matrix_diag import matrix_set_diag as set_diag
from convflow.ops.array.transpose import matrix_transpose
from convflow.ops.array.transpose import matrix_transpose as transpose
from convflow.ops.linalg.eigen import self_adjoint_eig as eigh
from convflow.ops.linalg.eigen import self_adjoint_eigvals as eigvalsh
from convflow.ops.linalg.exponential import expm
from convflow.ops.linalg.functions import logm
from convflow.ops.linalg.functions import matrix_square_root as sqrtm
from convflow.ops.linalg.inverse import matrix_determinant as det
from convflow.ops.linalg.inverse import matrix_inverse as inv
from convflow.ops.linalg.inverse import matrix_solve as solve
from convflow.ops.linalg.inverse import slogdet
from convflow.ops.linalg.least_squares import matrix_solve_ls as lstsq
from convflow.ops.linalg.lu import lu
from convflow.ops.linalg.matrix import adjoint, cross, trace
from convflow.ops.linalg.norm import norm, normalize
from convflow.ops.linalg.pseudo_inverse import matrix_rank, pinv
from convflow.ops.linalg.qr import qr
from convflow.ops.linalg.svd import svd
from convflow.ops.linalg.triangular import cholesky, cholesky_solve, logdet
from convflow.ops.linalg.triangular import matrix_triangular_solve as triangular_solve
from convflow.ops.linalg.tridiagonal import tridiagonal_matmul, tridiagonal_solve
from convflow.ops.math.clip import global_norm
from convflow.ops.math.einsum import einsum
from convflow.ops.math.matmul import matmul, matvec
from convflow.ops.math.tensordot import tensordot
from convflow.ops.norm import l2_normalize
