"""Axes in another order (API: tf.transpose, tf.matrix_transpose, tf.invert_permutation)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules
from convflow.ops.array.concat import concat
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.math.arithmetic import subtract
from convflow.ops.types import INDEX


def transpose(a: Any, perm: Any = None, name: str = "transpose", conjugate: bool = False) -> Tensor:
    """`a` with its axes reordered: axis i of the result is axis perm[i] of `a` (API: tf.transpose).

    Args:
        perm: a permutation of the axes, by default all in reverse.
        conjugate: conjugate complex elements too.
    """
    with name_scope(name, "transpose", [a]) as scope:
        a = convert_to_tensor(a, name="a")
        op_type = "ConjugateTranspose" if conjugate and a.dtype.is_complex else "Transpose"
        if perm is None:
            perm = _reversed_axes(a)
        return apply_op(op_type, x=a, perm=perm, name=scope)


def _reversed_axes(a: Tensor) -> Any:
    if a.shape.rank is not None:
        return np.arange(a.shape.rank - 1, -1, -1, dtype=np.int32)
    last = _minus(rank_of(a), 1)
    return apply_op("Range", start=last, limit=-1, delta=-1)


def _minus(x: Tensor, y: int) -> Tensor:
    # Named as the operator `-` names it.
    with name_scope(None, "sub", [x]) as scope:
        return subtract(x, convert_to_tensor(y, dtype=x.dtype, name="y"), name=scope)


def matrix_transpose(a: Any, name: str = "matrix_transpose", conjugate: bool = False) -> Tensor:
    """`a` with its last two axes exchanged (API: tf.matrix_transpose).

    Args:
        a: [..., m, n] of any type.
        conjugate: conjugate complex elements too.

    Returns:
        [..., n, m] of the type of `a`.

    Raises:
        ValueError: a rank below 2.
    """
    with name_scope(name, "matrix_transpose", [a]):
        a = convert_to_tensor(a, name="a")
        rank = a.shape.rank
        if rank is None:
            count = rank_of(a)
            first = apply_op("Range", start=0, limit=_minus(count, 2), delta=1)
            perm: Any = concat([first, [_minus(count, 1), _minus(count, 2)]], 0)
        elif rank < 2:
            raise ValueError(f"Argument 'a' should be a (batch) matrix, with rank >= 2. Found: {a.shape}")
        else:
            perm = [*range(rank - 2), rank - 1, rank - 2]
        return transpose(a, perm=perm, conjugate=conjugate)


def _transpose_shape(ctx: Any) -> list[TensorShape]:
    shape, perm, order = ctx.input(0), ctx.input(1), ctx.constant(1)
    rules.with_rank(perm, 1, "perm")
    length = perm[0].value if perm.rank is not None else None
    rank = shape.rank if shape.rank is not None else length
    if rank is None:
        return [unknown_shape()]
    if length is not None and length != rank:
        raise ValueError(f"Dimension must be {rank} but is {length}: perm orders the axes of {shape}.")
    if order is None or (shape.rank is None):
        return [unknown_shape(rank)]
    for axis in order.tolist():
        if not -rank <= axis < rank:
            raise ValueError(f"perm dim {axis} is out of range of input rank {rank}")
    return [TensorShape([shape[int(axis)] for axis in order])]


def _permuted(x: Any, perm: torch.Tensor) -> Any:
    order = perm.tolist()
    if len(order) != x.ndim:
        raise ValueError(f"transpose expects a vector of size {x.ndim}. But input(1) is a vector of size {len(order)}")
    if sorted(axis % max(x.ndim, 1) for axis in order) != list(range(x.ndim)):
        raise ValueError(f"perm {order} is no permutation of the axes of {list(x.shape)}.")
    return x.transpose(order) if isinstance(x, np.ndarray) else x.permute(order).contiguous()


def _transpose_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    back = invert_permutation(op.inputs[1])
    return [transpose(grad, back, conjugate=op.type == "ConjugateTranspose"), None]


def _register(name: str, kernel: Callable[[Operation], Callable[..., Any]]) -> None:
    register_op(
        name,
        inputs="x: T; perm: Tperm",
        outputs="y: T",
        attrs=f"T: type; Tperm: type = int32 in {{{INDEX}}}",
        shape=_transpose_shape,
        kernel=kernel,
        gradient=_transpose_gradient,
    )


_register("Transpose", lambda op: _permuted)
_register("ConjugateTranspose", lambda op: lambda x, perm: _permuted(x, perm).conj_physical())


def invert_permutation(x: Any, name: str | None = None) -> Tensor:
    """The vector y with y[x[i]] == i (API: tf.invert_permutation).

    Args:
        x: the numbers from 0 to n - 1 in any order, an int32 or int64 vector.

    Returns:
        A vector of the type and length of `x`.

    Raises:
        ValueError: `x` is no vector.
        InvalidArgumentError: (when run) a number is missing or stands twice.
    """
    return apply_op("InvertPermutation", x=x, name=name)


def _invert_compute(x: torch.Tensor) -> torch.Tensor:
    if x.ndim != 1 or sorted(x.tolist()) != list(range(x.numel())):
        raise ValueError(f"invert_permutation expects a permutation of 0 ... n-1, got {x.tolist()}.")
    result = torch.empty_like(x)
    result[x.long()] = torch.arange(x.numel(), dtype=x.dtype)
    return result


register_op(
    "InvertPermutation",
    inputs="x: T",
    outputs="y: T",
    attrs=f"T: type = int32 in {{{INDEX}}}",
    shape=lambda ctx: [rules.with_rank(ctx.input(0), 1, "x")],
    kernel=lambda op: _invert_compute,
    gradient=NOT_DIFFERENTIABLE,
)
