"""Products of two matrices by the faster of PyTorch's two libraries.

Large float32 matrices go to oneDNN, which writes its code for the processor at hand and reads a transposed operand
as fast as a plain one; MKL, behind `torch.mm`, has the smaller cost per call.
"""

from __future__ import annotations

import torch

from convflow.ops.epilogue import NOTHING, Epilogue, apply_in_place, checked

# Fewer multiplications take less time than oneDNN's search for the prepared code.
_LEAST_WORK = 4_000_000
# For a few rows each element of the other matrix is needed once: reading it as it lies is all there is to do.
_LEAST_ROWS = 8
# With more rows than these oneDNN's copy of both operands costs more than its product gains.
_MOST_TRANSPOSED_ROWS = 1024

HAS_ONEDNN = torch.backends.mkldnn.is_available()


def uses_onednn(a: torch.Tensor, b: torch.Tensor, columns: int) -> bool:
    """Whether oneDNN multiplies a, [rows, inner], by b, which makes `columns` columns of it."""
    return (
        HAS_ONEDNN
        and a.dtype == b.dtype == torch.float32
        and a.shape[0] >= _LEAST_ROWS
        and a.shape[0] * a.shape[1] * columns >= _LEAST_WORK
    )


def _linear(a: torch.Tensor, b: torch.Tensor, epilogue: Epilogue = NOTHING) -> torch.Tensor:
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"Inner sizes {a.shape[1]} and {b.shape[1]} of a product differ.")
    bias, activation = epilogue
    return torch.ops.mkldnn._linear_pointwise.default(a, b, bias, activation.name, list(activation.scalars), "")


def product(a: torch.Tensor, b: torch.Tensor, epilogue: Epilogue = NOTHING) -> torch.Tensor:
    """a, [m, k], times b, [k, n], and what follows."""
    if a.ndim == b.ndim == 2 and uses_onednn(a, b, b.shape[1]):
        return _linear(a, b.t(), checked(epilogue, b.shape[1]))
    result = torch.mm(a, b)
    return result if epilogue is NOTHING else apply_in_place(result, checked(epilogue, b.shape[1]))


def product_with_transposed(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """a, [m, k], times the transpose of b, [n, k]."""
    if a.ndim == b.ndim == 2 and uses_onednn(a, b, b.shape[0]):
        return _linear(a, b)
    return torch.mm(a, b.t())


def product_of_transposed(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """The transpose of a, [k, m], times b, [k, n]: what gradients of weights are."""
    if a.ndim == b.ndim == 2 and a.shape[0] <= _MOST_TRANSPOSED_ROWS and uses_onednn(a.t(), b, b.shape[1]):
        return _linear(a.t(), b.t())
    return torch.mm(a.t(), b)
