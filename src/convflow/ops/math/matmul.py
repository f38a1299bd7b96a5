"""Products of matrices (API: tf.matmul)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core import dtypes
from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules
from convflow.ops.array.reshape import expand_dims, reshape, squeeze
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.strided_slice import getitem
from convflow.ops.factories import on_wide_unsigned
from convflow.ops.math.cast import cast
from convflow.ops.matrix_kernels import product, product_of_transposed, product_with_transposed

_SPARSE_TYPES = (dtypes.bfloat16, dtypes.float32)


def matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Tensor:
    """a times b, matrix by matrix over the leading axes (API: tf.matmul).

    Args:
        a: [..., m, k] after its transposition.
        b: [..., k, n] after its transposition; the leading axes are stretched to a common shape.
        transpose_a, transpose_b: swap the last two axes first.
        adjoint_a, adjoint_b: swap them and conjugate.
        a_is_sparse, b_is_sparse: a hint that most elements are 0.

    Raises:
        ValueError: a rank below 2, sizes k that differ, or transpose and adjoint for one operand.
    """
    with name_scope(name, "MatMul", [a, b]) as scope:
        _refuse_both(transpose_a, adjoint_a, "a")
        _refuse_both(transpose_b, adjoint_b, "b")
        a = convert_to_tensor(a, name="a")
        b = convert_to_tensor(b, dtype_hint=a.dtype.base_dtype, name="b")
        dense = not a_is_sparse and not b_is_sparse
        if dense and any(x.shape.rank is None or x.shape.rank > 2 for x in (a, b)):
            a, adjoint_a = _adjoint_of_transposed(a, transpose_a, adjoint_a)
            b, adjoint_b = _adjoint_of_transposed(b, transpose_b, adjoint_b)
            return apply_op("BatchMatMulV2", x=a, y=b, adj_x=adjoint_a, adj_y=adjoint_b, name=scope)
        a, transpose_a = _transpose_of_adjoint(a, transpose_a, adjoint_a)
        b, transpose_b = _transpose_of_adjoint(b, transpose_b, adjoint_b)
        flags = {"transpose_a": transpose_a, "transpose_b": transpose_b}
        if not dense and a.dtype.base_dtype in _SPARSE_TYPES and b.dtype.base_dtype in _SPARSE_TYPES:
            product = apply_op(
                "SparseMatMul", a=a, b=b, a_is_sparse=a_is_sparse, b_is_sparse=b_is_sparse, name=scope, **flags
            )
            return cast(product, a.dtype) if a.dtype.base_dtype is dtypes.bfloat16 is b.dtype.base_dtype else product
        return apply_op("MatMul", a=a, b=b, name=scope, **flags)


def sparse_matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Tensor:
    """a times b of float32 or bfloat16 as float32 (API: tf.sparse_matmul).

    Args:
        a: [m, k] after its transposition.
        b: [k, n] after its transposition.
        transpose_a, transpose_b: swap the two axes first.
        a_is_sparse, b_is_sparse: a hint that most elements are 0.

    Returns:
        float32 [m, n].

    Raises:
        ValueError: a rank that is not 2, or sizes k that differ.
    """
    flags = {"transpose_a": transpose_a, "transpose_b": transpose_b}
    return apply_op("SparseMatMul", a=a, b=b, a_is_sparse=a_is_sparse, b_is_sparse=b_is_sparse, name=name, **flags)


def matvec(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    adjoint_a: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Tensor:
    """Matrices times vectors (API: tf.linalg.matvec).

    Args:
        a: [..., m, n] after its transposition.
        b: [..., n].
        transpose_a, adjoint_a, a_is_sparse, b_is_sparse: as of `tf.matmul`.

    Returns:
        [..., m].
    """
    with name_scope(name, "MatVec", [a, b]):
        product = matmul(
            a,
            expand_dims(b, axis=-1),
            transpose_a=transpose_a,
            adjoint_a=adjoint_a,
            a_is_sparse=a_is_sparse,
            b_is_sparse=b_is_sparse,
        )
        return squeeze(product, axis=-1)


def _refuse_both(transpose: bool, adjoint: bool, which: str) -> None:
    if transpose and adjoint:
        raise ValueError(
            f"Only one of `transpose_{which}` and `adjoint_{which}` can be True. Received "
            f"`transpose_{which}`={transpose}, `adjoint_{which}`={adjoint}."
        )


def _conjugate(x: Tensor) -> Tensor:
    return apply_op("Conj", input=x) if x.dtype.is_complex else x


def _adjoint_of_transposed(x: Tensor, transpose: bool, adjoint: bool) -> tuple[Tensor, bool]:
    return (_conjugate(x), True) if transpose else (x, adjoint)


def _transpose_of_adjoint(x: Tensor, transpose: bool, adjoint: bool) -> tuple[Tensor, bool]:
    return (_conjugate(x), True) if adjoint else (x, transpose)


def _matmul_shape(ctx: Any) -> list[TensorShape]:
    a, b = rules.with_rank(ctx.input(0), 2, "a"), rules.with_rank(ctx.input(1), 2, "b")
    if ctx.attr("transpose_a"):
        a = a[::-1]
    if ctx.attr("transpose_b"):
        b = b[::-1]
    rules.merge_dimension(a[1], b[0], f"the inner sizes of a product of {a} and {b}")
    return [TensorShape([a[0], b[1]])]


def _matmul_kernel(op: Operation) -> Callable[..., torch.Tensor]:
    transpose_a, transpose_b = op.attrs["transpose_a"], op.attrs["transpose_b"]

    # All refuse anything but two matrices that fit; a transposed view costs them nothing.
    if transpose_a and transpose_b:
        return on_wide_unsigned(lambda a, b: torch.mm(a.t(), b.t()))
    if transpose_a:
        return on_wide_unsigned(product_of_transposed)
    if transpose_b:
        return on_wide_unsigned(product_with_transposed)
    return on_wide_unsigned(product)


def _matmul_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    a, b = (_conjugate(x) for x in op.inputs)
    transposed = op.attrs["transpose_a"], op.attrs["transpose_b"]
    return list(_PRODUCT_GRADIENTS[transposed](_product, a, b, grad))


def _product(x: Tensor, y: Tensor, transpose_x: bool = False, transpose_y: bool = False) -> Tensor:
    return apply_op("MatMul", a=x, b=y, transpose_a=transpose_x, transpose_b=transpose_y)


# For (a transposed, b transposed): the gradients of both operands by the given product function.
_PRODUCT_GRADIENTS: dict[tuple[bool, bool], Callable[..., tuple[Tensor, Tensor]]] = {
    (False, False): lambda mm, a, b, grad: (mm(grad, b, False, True), mm(a, grad, True, False)),
    (False, True): lambda mm, a, b, grad: (mm(grad, b), mm(grad, a, True, False)),
    (True, False): lambda mm, a, b, grad: (mm(b, grad, False, True), mm(a, grad)),
    (True, True): lambda mm, a, b, grad: (mm(b, grad, True, True), mm(grad, a, True, True)),
}

_TYPES = "bfloat16, half, float, double, {}int32, int64, uint8, uint16, uint32, uint64, complex64, complex128"
register_op(
    "MatMul",
    inputs="a: T; b: T",
    outputs="product: T",
    attrs=f"transpose_a: bool = false; transpose_b: bool = false; T: type in {{{_TYPES.format('')}}}",
    shape=_matmul_shape,
    kernel=_matmul_kernel,
    gradient=_matmul_gradient,
)


def _sparse_kernel(op: Operation) -> Callable[..., torch.Tensor]:
    product = _matmul_kernel(op)
    return lambda a, b: product(a.float(), b.float())


def _sparse_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    transposed = op.attrs["transpose_a"], op.attrs["transpose_b"]
    a, b = (cast(x, dtypes.float32) for x in op.inputs)
    grads = _PRODUCT_GRADIENTS[transposed](_product, a, b, grad)
    return [cast(value, x.dtype.base_dtype) for value, x in zip(grads, op.inputs, strict=True)]


register_op(
    "SparseMatMul",
    inputs="a: Ta; b: Tb",
    outputs="product: float",
    attrs=(
        "transpose_a: bool = false; transpose_b: bool = false; a_is_sparse: bool = false; "
        "b_is_sparse: bool = false; Ta: type = float in {float, bfloat16}; Tb: type = float in {float, bfloat16}"
    ),
    shape=_matmul_shape,
    kernel=_sparse_kernel,
    gradient=_sparse_gradient,
)


def _batch_shape(ctx: Any) -> list[TensorShape]:
    shapes = []
    for index, (what, flag) in enumerate((("x", "adj_x"), ("y", "adj_y"))):
        shape = ctx.input(index)
        if shape.rank is None:
            return [unknown_shape()]
        if shape.rank < 2:
            raise ValueError(f"Shape of {what} must be at least rank 2 but is rank {shape.rank}: {shape}.")
        rows, columns = shape[-2:]
        shapes.append((shape[:-2], columns, rows) if ctx.attr(flag) else (shape[:-2], rows, columns))
    (batch_x, rows, inner_x), (batch_y, inner_y, columns) = shapes
    rules.merge_dimension(inner_x, inner_y, f"the inner sizes of a product of {ctx.input(0)} and {ctx.input(1)}")
    return [rules.broadcast_shapes(batch_x, batch_y).concatenate(TensorShape([rows, columns]))]


def _batch_kernel(op: Operation) -> Callable[..., torch.Tensor]:
    adjoint_x, adjoint_y = op.attrs["adj_x"], op.attrs["adj_y"]

    def product(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        if x.ndim < 2 or y.ndim < 2:
            raise ValueError(f"Expected at least two axes, got shapes {list(x.shape)} and {list(y.shape)}.")
        x, y = (z.mH if adjoint else z for z, adjoint in ((x, adjoint_x), (y, adjoint_y)))
        return torch.matmul(x, y).resolve_conj()

    return on_wide_unsigned(product)


def _batch_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    x, y = op.inputs
    grad_x, grad_y = _PRODUCT_GRADIENTS[op.attrs["adj_x"], op.attrs["adj_y"]](_batch_product, x, y, grad)
    if x.shape.is_fully_defined() and y.shape.is_fully_defined() and x.shape[:-2] == y.shape[:-2]:
        return [grad_x, grad_y]
    shape_x, shape_y = shape_of(x), shape_of(y)
    axes_x, axes_y = apply_op(
        "BroadcastGradientArgs", s0=getitem(shape_x, slice(None, -2)), s1=getitem(shape_y, slice(None, -2))
    )
    return [
        reshape(apply_op("Sum", input=grad_x, reduction_indices=axes_x), shape_x),
        reshape(apply_op("Sum", input=grad_y, reduction_indices=axes_y), shape_y),
    ]


def _batch_product(x: Tensor, y: Tensor, adjoint_x: bool = False, adjoint_y: bool = False) -> Tensor:
    return apply_op("BatchMatMulV2", x=x, y=y, adj_x=adjoint_x, adj_y=adjoint_y)


def _register_batch(name: str, types: str) -> None:
    register_op(
        name,
        inputs="x: T; y: T",
        outputs="output: T",
        attrs=f"T: type in {{{types}}}; adj_x: bool = false; adj_y: bool = false",
        shape=_batch_shape,
        kernel=_batch_kernel,
        gradient=_batch_gradient,
    )


_register_batch("BatchMatMulV2", _TYPES.format("int16, "))
# Written by TensorFlow up to 1.14; it differs in refusing to stretch, which no valid graph asks of it.
_register_batch("BatchMatMul", "bfloat16, half, float, double, int32, int64, complex64, complex128")
