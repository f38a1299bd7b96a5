"""The decomposition into two triangular matrices (API: tf.linalg.lu)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops.linalg.shapes import FLOAT_TYPES, square
from convflow.ops.types import INDEX


class Lu(NamedTuple):
    """What `tf.linalg.lu` returns."""

    lu: Tensor
    p: Tensor


def lu(input: Any, output_idx_type: Any = dtypes.int32, name: str | None = None) -> Lu:
    """Square matrices as permuted products of a unit lower and an upper triangular one (API: tf.linalg.lu).

    Args:
        input: [..., n, n].
        output_idx_type: int32 or int64, the type of the permutation.

    Returns:
        lu [..., n, n], both factors in one matrix, and p [..., n]: row p[i] of the input is row i of the product.

    Raises:
        InvalidArgumentError: (when run) a matrix without an inverse.
    """
    return Lu(*apply_op("Lu", input=input, output_idx_type=output_idx_type, name=name))


def _lu_shape(ctx: Any) -> list[TensorShape]:
    shape = square(ctx.input(0), "input")
    return [shape, shape if shape.rank is None else shape[:-1]]


def _lu_kernel(op: Operation) -> Callable[..., Any]:
    kind = op.attrs["output_idx_type"].as_torch_dtype

    def compute(x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
            raise ValueError(f"Input must be square matrices, got shape {list(x.shape)}.")
        factors, swaps, failed = torch.linalg.lu_factor_ex(x)
        if bool(failed.any()):
            raise ValueError("Input is not invertible.")
        order = torch.lu_unpack(factors, swaps, unpack_data=False)[0].real.argmax(dim=-2)
        return factors.contiguous(), order.to(kind)

    def computed(x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        if x.dtype != torch.float16:
            return compute(x)
        factors, order = compute(x.float())
        return factors.half(), order

    return computed


register_op(
    "Lu",
    inputs="input: T",
    outputs="lu: T; p: output_idx_type",
    attrs=f"T: type in {{{FLOAT_TYPES}}}; output_idx_type: type = int32 in {{{INDEX}}}",
    shape=_lu_shape,
    kernel=_lu_kernel,
    gradient=NO_GRADIENT,
)
