"""Both libraries multiply alike, and both refuse what does not fit."""

from __future__ import annotations

import pytest
import torch

from convflow.ops.matrix_kernels import product, product_of_transposed, product_with_transposed

# Below and above what oneDNN is worth, few rows, and more rows than it transposes.
SIZES = [(3, 4, 5), (64, 300, 300), (2, 2000, 2000), (8, 1000, 700), (1500, 64, 80), (9, 0, 4), (0, 5, 6)]


def _exact(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return (a.double() @ b.double()).float()


@pytest.mark.parametrize("rows, inner, columns", SIZES)
def test_products_of_float32(rows, inner, columns):
    torch.manual_seed(1)
    a, b = torch.randn(rows, inner), torch.randn(inner, columns)
    expected = _exact(a, b)
    for result in (
        product(a, b),
        product_with_transposed(a, b.t().contiguous()),
        product_of_transposed(a.t().contiguous(), b),
    ):
        assert result.is_contiguous()
        torch.testing.assert_close(result, expected, rtol=1e-4, atol=1e-4 * max(inner, 1) ** 0.5)


@pytest.mark.parametrize("dtype", [torch.float64, torch.int32, torch.complex64])
def test_products_of_other_types(dtype):
    a, b = torch.arange(12).reshape(3, 4).to(dtype), torch.arange(20).reshape(4, 5).to(dtype)
    assert torch.equal(product(a, b), a @ b)
    assert torch.equal(product_with_transposed(a, b.t().contiguous()), a @ b)
    assert torch.equal(product_of_transposed(a.t().contiguous(), b), a @ b)


@pytest.mark.parametrize(
    "a, b", [((64, 300), (301, 300)), ((3, 4), (5, 6)), ((64, 300, 1), (300, 300)), ((300,), (300, 9))]
)
def test_what_does_not_fit_fails(a, b):
    with pytest.raises((RuntimeError, ValueError)):
        product(torch.ones(a), torch.ones(b))
    with pytest.raises((RuntimeError, ValueError)):
        product_with_transposed(torch.ones(a), torch.ones(b[::-1]))
    with pytest.raises((RuntimeError, ValueError)):
        product_of_transposed(torch.ones(a[::-1]), torch.ones(b))
