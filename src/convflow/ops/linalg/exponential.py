"""The exponential of square matrices by scaling and squaring (API: tf.linalg.expm; Higham 2005)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import constant, fill
from convflow.ops.array.eye import eye
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.shape_ops import size as size_of
from convflow.ops.array.strided_slice import newaxis
from convflow.ops.control_flow import cond
from convflow.ops.linalg.inverse import matrix_solve
from convflow.ops.math.arithmetic import maximum, pow
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import less
from convflow.ops.math.elementwise import abs, floor, is_finite, log
from convflow.ops.math.matmul import matmul
from convflow.ops.math.reduce import reduce_max, reduce_sum
from convflow.ops.math.select import where_v2
from convflow.ops.while_loop import while_loop

# Numerators of Padé approximants of exp by their order, from the constant on; the highest coefficient is 1.
_PADE = {
    3: (120.0, 60.0, 12.0),
    5: (30240.0, 15120.0, 3360.0, 420.0, 30.0),
    7: (17297280.0, 8648640.0, 1995840.0, 277200.0, 25200.0, 1512.0, 56.0),
    9: (17643225600.0, 8821612800.0, 2075673600.0, 302702400.0, 30270240.0, 2162160.0, 110880.0, 3960.0, 90.0),
    13: (
        64764752532480000.0, 32382376266240000.0, 7771770303897600.0, 1187353796428800.0, 129060195264000.0,
        10559470521600.0, 670442572800.0, 33522128640.0, 1323241920.0, 40840800.0, 960960.0, 16380.0, 182.0,
    ),
}  # fmt: skip
# Up to which 1-norm an order is exact in the type, and the norm beyond which matrices are scaled down.
_SINGLE = {3: 4.258730016922831e-1, 5: 1.880152677804762, 7: 3.925724783138660}
_DOUBLE = {
    3: 1.495585217958292e-2, 5: 2.539398330063230e-1, 7: 9.504178996162932e-1, 9: 2.097847961257068,
    13: 5.371920351148152,
}  # fmt: skip


def expm(input: Any, name: str | None = None) -> Tensor:
    """exp of square matrices, the sum of their powers over factorials (API: tf.linalg.expm).

    Args:
        input: [..., n, n], floating or complex; infinite elements give NaN.

    Raises:
        ValueError: another type.
    """
    with name_scope(name, "matrix_exponential", [input]):
        matrix = convert_to_tensor(input, name="input")
        if matrix.shape.rank is not None and matrix.shape[-2:].as_list() == [0, 0]:
            return matrix
        batch: Any = None if matrix.shape.rank is None else matrix.shape[:-2]
        if batch is None or not batch.is_fully_defined():
            batch = shape_of(matrix)[:-2]
        matrix = reshape(matrix, concat(([-1], shape_of(matrix)[-2:]), axis=0))
        sums = reduce_sum(abs(matrix), axis=size_of(shape_of(matrix)) - 2)
        norms = reduce_max(sums, axis=-1)[..., newaxis, newaxis]
        limits = _limits(matrix)
        squarings, u, v = _approximated(matrix, norms, limits)
        result = _squared(matrix, norms, squarings, u, v)
        if not isinstance(batch, Tensor) and matrix.shape.is_fully_defined():
            return reshape(result, batch.concatenate(result.shape[-2:]))
        return reshape(result, concat((batch, shape_of(result)[-2:]), axis=0))


def _limits(matrix: Tensor) -> dict[int, float]:
    kind = matrix.dtype.base_dtype
    if kind in (dtypes.float16, dtypes.float32, dtypes.complex64):
        return _SINGLE
    if kind in (dtypes.float64, dtypes.complex128):
        return _DOUBLE
    raise ValueError(f"tf.linalg.expm does not support matrices of type {kind.name}. Use tf.cast.")


def _approximated(matrix: Tensor, norms: Tensor, limits: dict[int, float]) -> tuple[Tensor, Tensor, Tensor]:
    """How often each result is to be squared, and the odd and the even part of the numerator."""
    kind = norms.dtype.base_dtype
    *lower, highest = limits
    largest = constant(limits[highest], kind)
    squarings = maximum(floor(log(norms / largest) / log(constant(2.0, kind))), 0)
    parts = [_pade(matrix, order) for order in lower]
    parts.append(_pade(matrix / cast(pow(constant(2.0, kind), squarings), matrix.dtype), highest))
    bounds = [limits[order] for order in lower]
    u, v = (_chosen(norms, bounds, [part[index] for part in parts]) for index in range(2))
    return squarings, u, v


def _chosen(norms: Tensor, bounds: Sequence[float], parts: Sequence[Tensor]) -> Tensor:
    """Each matrix' part of the lowest order whose bound its norm keeps."""
    if not bounds:
        return parts[0]
    is_small = less(norms, constant(bounds[0], norms.dtype.base_dtype))
    return where_v2(is_small, parts[0], _chosen(norms, bounds[1:], parts[1:]))


def _pade(matrix: Tensor, order: int) -> tuple[Tensor, Tensor]:
    b = [constant(value, matrix.dtype.base_dtype) for value in _PADE[order]]
    rows = shape_of(matrix)[-2]
    unit = eye(rows, batch_shape=shape_of(matrix)[:-2], dtype=matrix.dtype.base_dtype)
    powers = [unit, matmul(matrix, matrix)]  # of even exponents
    if order == 13:
        return _pade_13(matrix, b, powers)
    if order > 3:
        powers.append(matmul(powers[1], powers[1]))
    while len(powers) < (order + 1) // 2:
        powers.append(matmul(powers[-1], powers[1]))
    odd = powers[-1]
    for index in range(len(powers) - 2, -1, -1):
        odd = odd + b[2 * index + 1] * powers[index]
    u = matmul(matrix, odd)
    return u, _even(b, powers, len(powers) - 1)


def _even(b: Sequence[Tensor], powers: Sequence[Tensor], highest: int, total: Tensor | None = None) -> Tensor:
    for index in range(highest, -1, -1):
        term = b[2 * index] * powers[index]
        total = term if total is None else total + term
    return total  # type: ignore[return-value]  # there is at least one term


def _pade_13(matrix: Tensor, b: Sequence[Tensor], powers: list[Tensor]) -> tuple[Tensor, Tensor]:
    powers.append(matmul(powers[1], powers[1]))
    powers.append(matmul(powers[2], powers[1]))
    _, second, fourth, sixth = powers
    odd = matmul(sixth, sixth + b[11] * fourth + b[9] * second)
    for index in (3, 2, 1, 0):
        odd = odd + b[2 * index + 1] * powers[index]
    u = matmul(matrix, odd)
    high = b[12] * sixth + b[10] * fourth + b[8] * second
    return u, _even(b, powers, 3, matmul(sixth, high))


def _squared(matrix: Tensor, norms: Tensor, squarings: Tensor, u: Tensor, v: Tensor) -> Tensor:
    finite = is_finite(reduce_max(norms))
    nan = constant(math.nan, matrix.dtype.base_dtype)
    quotient = cond(finite, lambda: matrix_solve(-u + v, u + v), lambda: fill(shape_of(matrix), nan))
    most = reduce_max(squarings)
    start = constant(0.0, norms.dtype.base_dtype)

    def goes_on(step: Tensor, _: Tensor) -> Tensor:
        return cond(finite, lambda: less(step, most), lambda: constant(False))

    def square(step: Tensor, result: Tensor) -> tuple[Tensor, Tensor]:
        return step + 1, where_v2(less(step, squarings), matmul(result, result), result)

    return while_loop(goes_on, square, [start, quotient])[1]
