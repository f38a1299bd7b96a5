"""Operators made of others (API: tf.linalg.LinearOperatorComposition and its kin)."""

from __future__ import annotations

import functools
import itertools
import operator as python_operator
from collections.abc import Sequence
from typing import Any

from convflow.core.shape import TensorShape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.modeling.linear_operators.base import Hint, LinearOperator, applied, hint_of
from convflow.modeling.linear_operators.dense import LinearOperatorDiag, must_be_square, tensor_of
from convflow.ops.array.broadcast import broadcast_dynamic_shape, broadcast_static_shape
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import zeros
from convflow.ops.array.reshape import expand_dims, reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.split import split
from convflow.ops.array.stack import stack
from convflow.ops.linalg.matrix import adjoint as adjoint_of
from convflow.ops.math.cast import cast
from convflow.ops.math.complex import conj


class _OfSeveral(LinearOperator):
    """An operator of a list of them.

    Args:
        operators: of one type.
        hints: is_non_singular, is_self_adjoint, is_positive_definite, is_square.
        name: None for that of the operators.
        between: stands between their names.
    """

    def __init__(self, operators: Sequence[LinearOperator], hints: Any, name: str | None, between: str):
        self._operators = list(operators)
        if not self._operators:
            raise ValueError(f"Expected a non-empty list of operators. Found: {operators}.")
        types = [member.dtype for member in self._operators]
        if any(kind != types[0] for kind in types):
            raise TypeError(f"Expected all operators to have the same dtype. Found {[kind.name for kind in types]}.")
        parents = [parent for member in self._operators for parent in member.graph_parents]
        own_name = name or between.join(member.name for member in self._operators)
        super().__init__(types[0], parents, hints[0], hints[1], hints[2], hints[3], own_name)

    @property
    def operators(self) -> list[LinearOperator]:
        return self._operators

    def _static_batch(self) -> TensorShape:
        return functools.reduce(broadcast_static_shape, [member.batch_shape for member in self._operators])

    def _batch(self) -> Tensor:
        known = self._static_batch()
        if known.is_fully_defined():
            return convert_to_tensor(known.as_list(), dtype="int32")
        return functools.reduce(broadcast_dynamic_shape, [member.batch_shape_tensor() for member in self._operators])


class LinearOperatorComposition(_OfSeveral):
    """The product of operators: the last is applied first (API: tf.linalg.LinearOperatorComposition).

    Args:
        operators: a list; columns of each are as many as rows of the next.
        is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints, as for `tf.linalg.LinearOperator`;
            non-singular if all are.
        name: by default the operators' names with "_o_" between them.

    Raises:
        ValueError: none, sizes that do not fit, or a hint that the operators contradict.
        TypeError: other types.
    """

    def __init__(
        self,
        operators: Sequence[LinearOperator],
        is_non_singular: Hint = None,
        is_self_adjoint: Hint = None,
        is_positive_definite: Hint = None,
        is_square: Hint = None,
        name: str | None = None,
    ) -> None:
        if operators and hint_of(operators, "is_non_singular"):
            if is_non_singular is False:
                raise ValueError("The composition of non-singular operators is always non-singular.")
            is_non_singular = True
        for left, right in itertools.pairwise(operators):
            if not left.domain_dimension.is_compatible_with(right.range_dimension):
                raise ValueError(
                    f"Operators are not composable: {left.name} has the shape {left.shape}, {right.name} {right.shape}."
                )
        super().__init__(operators, (is_non_singular, is_self_adjoint, is_positive_definite, is_square), name, "_o_")

    def _shape(self) -> TensorShape:
        matrix = TensorShape([self._operators[0].range_dimension, self._operators[-1].domain_dimension])
        return self._static_batch().concatenate(matrix)

    def _shape_tensor(self) -> Tensor:
        rows = self._operators[0].range_dimension_tensor()
        return concat([self._batch(), stack([rows, self._operators[-1].domain_dimension_tensor()])], 0)

    def _matmul(self, x: Tensor, adjoint: bool, adjoint_arg: bool) -> Tensor:
        result = adjoint_of(x) if adjoint_arg else x
        for member in self._operators if adjoint else reversed(self._operators):
            result = member.matmul(result, adjoint=adjoint)
        return result

    def _solve(self, rhs: Tensor, adjoint: bool, adjoint_arg: bool) -> Tensor:
        if not all(member.is_square for member in self._operators):
            return super()._solve(rhs, adjoint, adjoint_arg)
        result = adjoint_of(rhs) if adjoint_arg else rhs
        for member in reversed(self._operators) if adjoint else self._operators:
            result = member.solve(result, adjoint=adjoint)
        return result

    def _determinant(self) -> Tensor:
        if not all(member.is_square for member in self._operators):
            return super()._determinant()
        return functools.reduce(python_operator.mul, [member.determinant() for member in self._operators])

    def _log_abs_determinant(self) -> Tensor:
        if not all(member.is_square for member in self._operators):
            return super()._log_abs_determinant()
        return functools.reduce(python_operator.add, [member.log_abs_determinant() for member in self._operators])


class LinearOperatorBlockDiag(_OfSeveral):
    """Square operators along a diagonal, zeros elsewhere (API: tf.linalg.LinearOperatorBlockDiag).

    Args:
        operators: a list of square ones.
        is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints, as for `tf.linalg.LinearOperator`;
            the first three hold if they do for all.
        name: by default the operators' names with "_ds_" between them.

    Raises:
        ValueError: none, one that is not square, or is_square=False.
        TypeError: other types.
    """

    def __init__(
        self,
        operators: Sequence[LinearOperator],
        is_non_singular: Hint = None,
        is_self_adjoint: Hint = None,
        is_positive_definite: Hint = None,
        is_square: Hint = True,
        name: str | None = None,
    ) -> None:
        must_be_square(is_square, "block diagonal")
        _check_squares(operators, "block diagonal")
        super().__init__(
            operators, _hints(operators, is_non_singular, is_self_adjoint, is_positive_definite), name, "_ds_"
        )

    def _shape(self) -> TensorShape:
        sizes = [member.domain_dimension.value for member in self._operators]
        size = None if None in sizes else sum(sizes)
        return self._static_batch().concatenate(TensorShape([size, size]))

    def _shape_tensor(self) -> Tensor:
        size = functools.reduce(python_operator.add, [member.domain_dimension_tensor() for member in self._operators])
        return concat([self._batch(), stack([size, size])], 0)

    def _parts(self, x: Tensor) -> list[Tensor]:
        """The rows of each operator, with the batch of all."""
        sizes = stack([member.domain_dimension_tensor() for member in self._operators])
        whole = x + zeros(concat([self._batch(), [1, 1]], 0), x.dtype)
        return split(whole, sizes, axis=-2, num=len(self._operators))

    def _matmul(self, x: Tensor, adjoint: bool, adjoint_arg: bool) -> Tensor:
        parts = self._parts(adjoint_of(x) if adjoint_arg else x)
        pairs = zip(self._operators, parts, strict=True)
        return concat([member.matmul(part, adjoint=adjoint) for member, part in pairs], -2)

    def _solve(self, rhs: Tensor, adjoint: bool, adjoint_arg: bool) -> Tensor:
        parts = self._parts(adjoint_of(rhs) if adjoint_arg else rhs)
        pairs = zip(self._operators, parts, strict=True)
        return concat([member.solve(part, adjoint=adjoint) for member, part in pairs], -2)

    def _diag_part(self) -> Tensor:
        batch = zeros(concat([self._batch(), [1]], 0), self.dtype)
        return concat([member.diag_part() + batch for member in self._operators], -1)

    def _determinant(self) -> Tensor:
        return functools.reduce(python_operator.mul, [member.determinant() for member in self._operators])

    def _log_abs_determinant(self) -> Tensor:
        return functools.reduce(python_operator.add, [member.log_abs_determinant() for member in self._operators])


class LinearOperatorKronecker(_OfSeveral):
    """Kronecker's product of operators (API: tf.linalg.LinearOperatorKronecker).

    Args:
        operators: a list.
        is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints, as for `tf.linalg.LinearOperator`;
            the first three hold if they do for all.
        name: by default the operators' names with "_x_" between them.

    Raises:
        ValueError: there are none. TypeError: other types.
    """

    def __init__(
        self,
        operators: Sequence[LinearOperator],
        is_non_singular: Hint = None,
        is_self_adjoint: Hint = None,
        is_positive_definite: Hint = None,
        is_square: Hint = None,
        name: str | None = None,
    ) -> None:
        hints = _hints(operators, is_non_singular, is_self_adjoint, is_positive_definite)
        square = (
            is_square if is_square is not None else (True if operators and hint_of(operators, "is_square") else None)
        )
        super().__init__(operators, (*hints[:3], square), name, "_x_")

    def _shape(self) -> TensorShape:
        sizes: list[int | None] = []
        for dimension in ("range_dimension", "domain_dimension"):
            known = [getattr(member, dimension).value for member in self._operators]
            sizes.append(None if None in known else functools.reduce(python_operator.mul, known))
        return self._static_batch().concatenate(TensorShape(sizes))

    def _shape_tensor(self) -> Tensor:
        rows = functools.reduce(python_operator.mul, [member.range_dimension_tensor() for member in self._operators])
        columns = functools.reduce(
            python_operator.mul, [member.domain_dimension_tensor() for member in self._operators]
        )
        return concat([self._batch(), stack([rows, columns])], 0)

    def _to_dense(self) -> Tensor:
        return functools.reduce(_kronecker, [member.to_dense() for member in self._operators])

    def _matmul(self, x: Tensor, adjoint: bool, adjoint_arg: bool) -> Tensor:
        return applied(self._to_dense(), x, adjoint, adjoint_arg)

    def _determinant(self) -> Tensor:
        if not all(member.is_square for member in self._operators):
            return super()._determinant()
        size = self.domain_dimension_tensor()
        powers = [member.determinant() ** _others(size, member, self.dtype) for member in self._operators]
        return functools.reduce(python_operator.mul, powers)

    def _log_abs_determinant(self) -> Tensor:
        if not all(member.is_square for member in self._operators):
            return super()._log_abs_determinant()
        size = self.domain_dimension_tensor()
        logs = [member.log_abs_determinant() for member in self._operators]
        pairs = zip(logs, self._operators, strict=True)
        return functools.reduce(
            python_operator.add, [part * _others(size, member, part.dtype) for part, member in pairs]
        )


def _others(size: Tensor, member: LinearOperator, dtype: Any) -> Tensor:
    from_int = size // member.domain_dimension_tensor()
    return cast(from_int, dtype)


def _kronecker(left: Tensor, right: Tensor) -> Tensor:
    """Of matrices, batch by batch."""
    product = expand_dims(expand_dims(left, -1), -3) * expand_dims(expand_dims(right, -2), -4)
    shape = shape_of(product)
    result = reshape(product, concat([shape[:-4], stack([shape[-4] * shape[-3], shape[-2] * shape[-1]])], 0))
    sizes = [left.shape[-2] * right.shape[-2], left.shape[-1] * right.shape[-1]]
    result.set_shape(product.shape[:-4].concatenate(TensorShape(sizes)))
    return result


class LinearOperatorAdjoint(LinearOperator):
    """Another operator, conjugated and transposed (API: tf.linalg.LinearOperatorAdjoint).

    Args:
        operator: the other one.
        is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints; the other one's by default.
        name: by default the other one's with "_adjoint" after it.
    """

    def __init__(
        self,
        operator: LinearOperator,
        is_non_singular: Hint = None,
        is_self_adjoint: Hint = None,
        is_positive_definite: Hint = None,
        is_square: Hint = None,
        name: str | None = None,
    ) -> None:
        self._operator = operator
        hints = _inherited(operator, is_non_singular, is_self_adjoint, is_positive_definite, is_square)
        own_name = name or f"{operator.name}_adjoint"
        super().__init__(operator.dtype, operator.graph_parents, hints[0], hints[1], hints[2], hints[3], own_name)

    @property
    def operator(self) -> LinearOperator:
        return self._operator

    def _shape(self) -> TensorShape:
        shape = self._operator.shape
        return shape if shape.rank is None else shape[:-2].concatenate(TensorShape([shape[-1], shape[-2]]))

    def _shape_tensor(self) -> Tensor:
        shape = self._operator.shape_tensor()
        return concat([shape[:-2], stack([shape[-1], shape[-2]])], 0)

    def _matmul(self, x: Tensor, adjoint: bool, adjoint_arg: bool) -> Tensor:
        return self._operator.matmul(x, adjoint=not adjoint, adjoint_arg=adjoint_arg)

    def _solve(self, rhs: Tensor, adjoint: bool, adjoint_arg: bool) -> Tensor:
        return self._operator.solve(rhs, adjoint=not adjoint, adjoint_arg=adjoint_arg)

    def _to_dense(self) -> Tensor:
        return adjoint_of(self._operator.to_dense())

    def _diag_part(self) -> Tensor:
        return conj(self._operator.diag_part())

    def _determinant(self) -> Tensor:
        return conj(self._operator.determinant())

    def _log_abs_determinant(self) -> Tensor:
        return self._operator.log_abs_determinant()


class LinearOperatorInversion(LinearOperator):
    """What undoes another operator (API: tf.linalg.LinearOperatorInversion).

    Args:
        operator: the other one, square and not singular.
        is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints; the other one's by default.
        name: by default the other one's with "_inv" after it.

    Raises:
        ValueError: the other one is singular or not square, by its hints.
    """

    def __init__(
        self,
        operator: LinearOperator,
        is_non_singular: Hint = None,
        is_self_adjoint: Hint = None,
        is_positive_definite: Hint = None,
        is_square: Hint = None,
        name: str | None = None,
    ) -> None:
        if operator.is_square is False or operator.is_non_singular is False or is_non_singular is False:
            raise ValueError(f"An inverse operator is always square and non-singular: {operator.name} is not.")
        self._operator = operator
        hints = _inherited(operator, is_non_singular, is_self_adjoint, is_positive_definite, is_square)
        own_name = name or f"{operator.name}_inv"
        super().__init__(operator.dtype, operator.graph_parents, True, hints[1], hints[2], hints[3], own_name)

    @property
    def operator(self) -> LinearOperator:
        return self._operator

    def _shape(self) -> TensorShape:
        return self._operator.shape

    def _shape_tensor(self) -> Tensor:
        return self._operator.shape_tensor()

    def _matmul(self, x: Tensor, adjoint: bool, adjoint_arg: bool) -> Tensor:
        return self._operator.solve(x, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def _solve(self, rhs: Tensor, adjoint: bool, adjoint_arg: bool) -> Tensor:
        return self._operator.matmul(rhs, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def _determinant(self) -> Tensor:
        return 1 / self._operator.determinant()

    def _log_abs_determinant(self) -> Tensor:
        return -self._operator.log_abs_determinant()


class LinearOperatorLowRankUpdate(LinearOperator):
    """Another operator and a product of narrow matrices (API: tf.linalg.LinearOperatorLowRankUpdate).

    It is base + u diag v^H. Solutions and determinants are those of the whole matrix.

    Args:
        base_operator: a square operator of a real type, [..., n, n].
        u: [..., n, k].
        diag_update: [..., k]; ones if None.
        v: [..., n, k]; u if None.
        is_diag_update_positive: promises that `diag_update` is.
        is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints, as for `tf.linalg.LinearOperator`.
        name: begins the names of its nodes.

    Raises:
        ValueError: sizes that do not fit.
    """

    def __init__(
        self,
        base_operator: LinearOperator,
        u: Any,
        diag_update: Any = None,
        v: Any = None,
        is_diag_update_positive: Hint = None,
        is_non_singular: Hint = None,
        is_self_adjoint: Hint = None,
        is_positive_definite: Hint = None,
        is_square: Hint = None,
        name: str = "LinearOperatorLowRankUpdate",
    ) -> None:
        self._base = base_operator
        self._u = tensor_of(u, "u", 2)
        self._v = self._u if v is None else tensor_of(v, "v", 2)
        self._diag_update = None if diag_update is None else tensor_of(diag_update, "diag_update", 1)
        self._is_diag_update_positive = True if diag_update is None else is_diag_update_positive
        for given, what in ((self._u, "u"), (self._v, "v")):
            if given.shape.rank is not None and not given.shape[-2].is_compatible_with(base_operator.domain_dimension):
                raise ValueError(
                    f"{what} of the shape {given.shape} does not fit an operator of {base_operator.shape}."
                )
        if v is None and is_self_adjoint is None and base_operator.is_self_adjoint:
            is_self_adjoint = None if self._u.dtype.is_complex and diag_update is not None else True
        if v is None and base_operator.is_positive_definite and self._is_diag_update_positive:
            is_positive_definite = True
        parents = [*base_operator.graph_parents, self._u, self._v]
        hints = (is_non_singular, is_self_adjoint, is_positive_definite, is_square)
        super().__init__(base_operator.dtype, parents, *hints, name)

    @property
    def base_operator(self) -> LinearOperator:
        return self._base

    @property
    def u(self) -> Tensor:
        return self._u

    @property
    def v(self) -> Tensor:
        return self._v

    @property
    def diag_update(self) -> Tensor | None:
        return self._diag_update

    @property
    def is_diag_update_positive(self) -> Hint:
        return self._is_diag_update_positive

    @property
    def diag_operator(self) -> LinearOperator:
        """`diag_update` as an operator."""
        from_u = self._u[..., 0, :] * 0 + 1
        return LinearOperatorDiag(from_u if self._diag_update is None else self._diag_update)

    def _shape(self) -> TensorShape:
        batches = [self._base.batch_shape, self._u.shape[:-2], self._v.shape[:-2]]
        return functools.reduce(broadcast_static_shape, batches).concatenate(self._base.shape[-2:])

    def _shape_tensor(self) -> Tensor:
        batches = [self._base.batch_shape_tensor(), shape_of(self._u)[:-2], shape_of(self._v)[:-2]]
        return concat([functools.reduce(broadcast_dynamic_shape, batches), self._base.shape_tensor()[-2:]], 0)

    def _matmul(self, x: Tensor, adjoint: bool, adjoint_arg: bool) -> Tensor:
        u, v = (self._v, self._u) if adjoint else (self._u, self._v)
        x = adjoint_of(x) if adjoint_arg else x
        inner = applied(v, x, True, False)
        if self._diag_update is not None:
            inner = expand_dims(conj(self._diag_update) if adjoint else self._diag_update, -1) * inner
        return self._base.matmul(x, adjoint=adjoint) + applied(u, inner, False, False)


def _hints(operators: Sequence[LinearOperator], *given: Hint) -> Any:
    names = ("is_non_singular", "is_self_adjoint", "is_positive_definite")
    own = [hint_of(operators, name) if operators else None for name in names]
    return (*(mine if mine is not None else all_have for mine, all_have in zip(given, own, strict=True)), True)


def _inherited(operator: LinearOperator, *given: Hint) -> Any:
    names = ("is_non_singular", "is_self_adjoint", "is_positive_definite", "is_square")
    return tuple(getattr(operator, name) if mine is None else mine for mine, name in zip(given, names, strict=True))


def _check_squares(operators: Sequence[LinearOperator], kind: str) -> None:
    for member in operators:
        if member.is_square is False:
            raise ValueError(f"Can only represent a {kind} of square matrices: {member.name} has {member.shape}.")
