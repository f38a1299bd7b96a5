"""Compiled max pooling by windows of two by two: values, places and gradients against PyTorch's kernels."""

from __future__ import annotations

import pytest
import torch

from convflow.ops.pool_fours import fours_gradient, fours_max_pool, in_fours
from convflow.ops.pool_kernels import max_pool_and_places, max_pool_gradient, max_pool_gradient_at
from convflow.ops.window import Window

WINDOW = Window((2, 2), (2, 2), (1, 1), "SAME", ((0, 0), (0, 0)), "NHWC")


def picture(*shape: int) -> torch.Tensor:
    """Few different numbers, so that there are ties."""
    return torch.randint(-3, 3, shape, generator=torch.Generator().manual_seed(5)).float()


@pytest.mark.parametrize("shape", [(1, 2, 2, 1), (2, 4, 6, 3), (1, 6, 2, 17), (3, 8, 4, 64)])
def test_maxima_places_and_gradients(shape: tuple[int, ...]):
    x = picture(*shape)
    y, places = fours_max_pool(x)
    fours = x.unflatten(1, (-1, 2)).unflatten(3, (-1, 2)).permute(0, 1, 3, 5, 2, 4).flatten(4)
    assert torch.equal(y, fours.amax(4))
    assert torch.equal(places.long(), fours.argmax(4))
    grad = torch.arange(1.0, y.numel() + 1).view(y.shape)
    assert torch.equal(fours_gradient(tuple(x.shape), places, grad), max_pool_gradient(WINDOW, x, y, grad))


def test_several_threads(monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: 3)
    x = picture(8, 64, 64, 16)
    assert in_fours(WINDOW, x)
    y, found = max_pool_and_places(WINDOW, x)
    assert found.indices.dtype == torch.uint8
    assert torch.equal(y, x.unflatten(1, (-1, 2)).unflatten(3, (-1, 2)).amax((2, 4)))
    grad = torch.arange(1.0, y.numel() + 1).view(y.shape)
    assert torch.equal(max_pool_gradient_at(WINDOW, found, grad), max_pool_gradient(WINDOW, x, y, grad))


def test_nan_wins_and_the_last_of_them():
    x = torch.zeros(1, 2, 2, 1)
    x[0, 0, 1, 0] = x[0, 1, 0, 0] = torch.nan
    y, places = fours_max_pool(x)
    assert torch.isnan(y).all()
    # As PyTorch's kernel, whose gradient the plan without rewrites takes.
    grad = torch.ones(1, 1, 1, 1)
    assert torch.equal(fours_gradient((1, 2, 2, 1), places, grad), max_pool_gradient(WINDOW, x, y, grad))
    assert places.item() == 2


@pytest.mark.parametrize(
    "x",
    [
        torch.zeros(1, 255, 256, 1),
        torch.zeros(1, 256, 256, 1, dtype=torch.float64),
        torch.zeros(1, 256, 256, 2).transpose(1, 2),
        torch.zeros(1, 4, 4, 1),
    ],
)
def test_what_pytorch_does(x: torch.Tensor):
    assert not in_fours(WINDOW, x)


def test_a_gradient_of_the_wrong_shape_is_refused():
    _, found = max_pool_and_places(WINDOW, torch.zeros(1, 256, 256, 1))
    with pytest.raises(ValueError, match=r"Expected grad shape to be \(1, 128, 128, 1\), but got \(1, 128, 127, 1\)"):
        max_pool_gradient_at(WINDOW, found, torch.zeros(1, 128, 127, 1))
