"""Functions of square matrices as wholes (API: tf.matrix_square_root, tf.linalg.logm)."""

from __future__ import annotations

from typing import Any

import torch

from convflow.graph.apply import apply_op
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops.array.concat import concat
from convflow.ops.array.eye import eye
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.transpose import matrix_transpose
from convflow.ops.linalg.inverse import matrix_solve
from convflow.ops.linalg.root_kernels import logarithm, square_root
from convflow.ops.linalg.shapes import FLOAT_TYPES, in_single, square_unchanged


def matrix_square_root(input: Any, name: str | None = None) -> Tensor:
    """The matrix R with R @ R = input whose eigenvalues have no negative real part (API: tf.matrix_square_root).

    Args:
        input: [..., n, n]; real matrices without a real root give NaN.
    """
    return apply_op("MatrixSquareRoot", input=input, name=name)


def logm(input: Any, name: str | None = None) -> Tensor:
    """The principal logarithm of complex matrices [..., n, n], inverse to `tf.linalg.expm` (API: tf.linalg.logm).

    Args:
        input: complex64 or complex128 [..., n, n].

    Returns:
        Of the shape and type of `input`.

    Raises:
        ValueError: matrices that are not square.
    """
    return apply_op("MatrixLogarithm", input=input, name=name)


def matrix_exponential(input: Any, name: str | None = None) -> Tensor:
    """exp of square matrices as one node without a gradient; TensorFlow offers it as an op only."""
    return apply_op("MatrixExponential", input=input, name=name)


def _root_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    # From A = R R follows dA = R dR + dR R, linear equations for the rows of the gradient laid end to end.
    root = op.outputs[0]
    sizes = shape_of(root)
    order, batch = sizes[-1], sizes[:-2]
    unit = eye(order, batch_shape=batch, dtype=root.dtype.base_dtype)
    system = _kronecker(unit, matrix_transpose(root)) + _kronecker(root, unit)
    flat = reshape(matrix_transpose(grad), concat([batch, [order * order, 1]], 0))
    return [matrix_transpose(reshape(matrix_solve(system, flat), sizes))]


def _kronecker(left: Tensor, right: Tensor) -> Tensor:
    sizes = shape_of(left)
    order, batch = sizes[-1], sizes[:-2]
    outer = reshape(left, concat([batch, [order, 1, order, 1]], 0)) * reshape(
        right, concat([batch, [1, order, 1, order]], 0)
    )
    return reshape(outer, concat([batch, [order * order, order * order]], 0))


def _register(name: str, types: str, compute: Any, gradient: Any) -> None:
    def checked(x: torch.Tensor) -> torch.Tensor:
        if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
            raise ValueError(f"Input must be square matrices, got shape {list(x.shape)}.")
        return compute(x).contiguous() if x.numel() else x.clone()

    register_op(
        name,
        inputs="input: T",
        outputs="output: T",
        attrs=f"T: type in {{{types}}}",
        shape=square_unchanged,
        kernel=lambda op: in_single(checked),
        gradient=gradient,
    )


_register("MatrixSquareRoot", FLOAT_TYPES, square_root, _root_gradient)
_register("MatrixLogarithm", "complex64, complex128", logarithm, NO_GRADIENT)
_register("MatrixExponential", FLOAT_TYPES, torch.linalg.matrix_exp, NO_GRADIENT)
