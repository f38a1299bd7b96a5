"""What becomes of operators that are combined: simple ones stay simple."""

from __future__ import annotations

from convflow.modeling.linear_operators.base import LinearOperator, Products
from convflow.modeling.linear_operators.composed import (
    LinearOperatorAdjoint,
    LinearOperatorComposition,
    LinearOperatorInversion,
)
from convflow.modeling.linear_operators.constant import (
    LinearOperatorIdentity,
    LinearOperatorScaledIdentity,
    LinearOperatorZeros,
)
from convflow.modeling.linear_operators.dense import LinearOperatorDiag, LinearOperatorLowerTriangular
from convflow.ops.linalg.triangular import cholesky as cholesky_of
from convflow.ops.math.complex import conj
from convflow.ops.math.elementwise import sqrt


def matmul(left: LinearOperator, right: LinearOperator) -> LinearOperator:
    """The product of two operators."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one, LinearOperatorIdentity) and one.batch_shape.rank == 0:
            return other
        if isinstance(one, LinearOperatorZeros) and one.is_square and one.batch_shape.rank == 0 and other.is_square:
            return one
    if isinstance(left, LinearOperatorDiag) and isinstance(right, LinearOperatorDiag):
        both = left.is_non_singular and right.is_non_singular
        return LinearOperatorDiag(left.diag * right.diag, is_non_singular=both or None)
    return LinearOperatorComposition([left, right])


def adjoint(operator: LinearOperator) -> LinearOperator:
    """The adjoint of an operator that is not its own."""
    if isinstance(operator, LinearOperatorAdjoint):
        return operator.operator
    if isinstance(operator, LinearOperatorDiag):
        return LinearOperatorDiag(conj(operator.diag), is_non_singular=operator.is_non_singular)
    return LinearOperatorAdjoint(operator)


def inverse(operator: LinearOperator) -> LinearOperator:
    """What undoes an operator."""
    if isinstance(operator, LinearOperatorIdentity):
        return operator
    if isinstance(operator, LinearOperatorInversion):
        return operator.operator
    if isinstance(operator, LinearOperatorDiag):
        return LinearOperatorDiag(1 / operator.diag, True, None, operator.is_positive_definite)
    return LinearOperatorInversion(operator)


def cholesky(operator: LinearOperator) -> LinearOperator:
    """The lower triangular factor of an operator."""
    if isinstance(operator, LinearOperatorIdentity):
        return operator
    if isinstance(operator, LinearOperatorDiag):
        return LinearOperatorDiag(sqrt(operator.diag), True, None, True)
    if isinstance(operator, LinearOperatorScaledIdentity):
        return LinearOperatorScaledIdentity(operator.domain_dimension_tensor(), sqrt(operator.multiplier), True)
    return LinearOperatorLowerTriangular(cholesky_of(operator.to_dense()), is_non_singular=True)


Products.matmul = staticmethod(matmul)
Products.adjoint = staticmethod(adjoint)
Products.inverse = staticmethod(inverse)
Products.cholesky = staticmethod(cholesky)
