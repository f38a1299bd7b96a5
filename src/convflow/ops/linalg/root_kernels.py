"""Square roots and logarithms of matrices, which PyTorch lacks (Higham 2008, "Functions of Matrices").

Where the eigenvectors form a good basis the function is taken of the eigenvalues. Where they do not (defective
matrices), the root comes from the product form of the Denman-Beavers iteration, and the logarithm from repeated
roots and a series near the identity.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

_GOOD_CONDITION = 1e5
_STEPS = 100


def square_root(x: torch.Tensor) -> torch.Tensor:
    """The principal square roots of [..., n, n]; of real matrices without a real one, NaN."""
    result = _each(x, _root_of)
    if x.is_complex():
        return result.to(x.dtype)
    scale = result.abs().amax(dim=(-2, -1), keepdim=True).clamp(min=1e-30)
    is_real = (result.imag.abs() <= 1e-6 * scale).all(dim=-1, keepdim=True).all(dim=-2, keepdim=True)
    return torch.where(is_real, result.real, torch.nan).to(x.dtype)


def logarithm(x: torch.Tensor) -> torch.Tensor:
    """The principal logarithms of [..., n, n]; of singular matrices NaN."""
    return _each(x, _logarithm_of).to(x.dtype)


def _each(x: torch.Tensor, function: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
    matrices = x.to(torch.complex128).reshape(-1, *x.shape[-2:])
    return torch.stack([function(matrix) for matrix in matrices]).reshape(x.shape)


def _by_eigenvalues(matrix: torch.Tensor, function: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor | None:
    values, vectors = torch.linalg.eig(matrix)
    condition = torch.linalg.cond(vectors)
    if not bool(condition < _GOOD_CONDITION):
        return None
    # Rounding may leave an exact zero, or a sign on the negative axis, slightly off.
    floor = values.abs().max() * matrix.shape[-1] * 1e-15
    values = torch.where(values.abs() <= floor, 0.0, values)
    values = torch.where(values.imag.abs() <= floor, torch.complex(values.real, torch.zeros_like(values.real)), values)
    return torch.linalg.solve(vectors.mT, (vectors * function(values)).mT).mT


def _root_of(matrix: torch.Tensor) -> torch.Tensor:
    if not bool(torch.isfinite(matrix).all()):
        return torch.full_like(matrix, complex(torch.nan, torch.nan))
    result = _by_eigenvalues(matrix, torch.sqrt)
    return _iterated_root(matrix) if result is None else result


def _iterated_root(matrix: torch.Tensor) -> torch.Tensor:
    unit = torch.eye(matrix.shape[-1], dtype=matrix.dtype)
    product, root = matrix, matrix
    for _ in range(_STEPS):
        inverse, failed = torch.linalg.inv_ex(product)
        if bool(failed) or not bool(torch.isfinite(inverse).all()):
            return torch.full_like(matrix, complex(torch.nan, torch.nan))
        product, root = (unit + (product + inverse) / 2) / 2, root @ (unit + inverse) / 2
        if float((product - unit).abs().max()) < 1e-15:
            break
    return root


def _logarithm_of(matrix: torch.Tensor) -> torch.Tensor:
    nothing = torch.full_like(matrix, complex(torch.nan, torch.nan))
    if not bool(torch.isfinite(matrix).all()) or bool(torch.linalg.det(matrix) == 0):
        return nothing
    result = _by_eigenvalues(matrix, torch.log)
    return _iterated_logarithm(matrix) if result is None else result


def _iterated_logarithm(matrix: torch.Tensor) -> torch.Tensor:
    unit = torch.eye(matrix.shape[-1], dtype=matrix.dtype)
    halvings = 0
    while float((matrix - unit).abs().max()) > 0.1 and halvings < _STEPS:
        matrix, halvings = _iterated_root(matrix), halvings + 1
    # log(M) = 2 artanh((M - I)(M + I)^-1), a series in odd powers.
    z = torch.linalg.solve((matrix + unit).mT, (matrix - unit).mT).mT
    square, power, total = z @ z, z, z
    for n in range(3, 40, 2):
        power = power @ square
        total = total + power / n
    return total * 2.0 ** (halvings + 1)
