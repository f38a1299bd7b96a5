"""Convolutions that are products of matrices give what sums over windows give."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from convflow.ops import conv_kernels, conv_products
from convflow.ops.window import Window

CASES = [
    # input, filter, strides, padding, data format, whether it is a product
    ((2, 5, 6, 3), (1, 1, 3, 4), (1, 1), "SAME", "NHWC", True),
    ((2, 5, 6, 3), (1, 1, 3, 4), (2, 3), "SAME", "NHWC", True),
    ((2, 5, 6, 3), (1, 1, 3, 4), (2, 2), "VALID", "NHWC", True),
    ((2, 5, 6, 3), (5, 6, 3, 4), (1, 1), "VALID", "NHWC", True),
    ((2, 5, 6, 3), (5, 6, 3, 4), (2, 4), "VALID", "NHWC", True),
    ((8, 2, 2, 512), (2, 2, 512, 256), (1, 1), "VALID", "NHWC", True),
    ((2, 20, 20, 128), (1, 1, 128, 64), (1, 1), "SAME", "NHWC", True),
    ((2, 5, 6, 3), (5, 6, 3, 4), (1, 1), "SAME", "NHWC", False),
    ((2, 5, 6, 4), (1, 1, 2, 4), (1, 1), "SAME", "NHWC", False),
    ((2, 3, 5, 6), (1, 1, 3, 4), (1, 1), "SAME", "NCHW", False),
    ((2, 5, 6, 3), (1, 6, 3, 4), (1, 1), "VALID", "NHWC", False),
    ((2, 3, 4, 5, 2), (1, 1, 1, 2, 3), (1, 2, 2), "SAME", "NDHWC", True),
    ((2, 3, 4, 5, 2), (3, 4, 5, 2, 3), (1, 1, 1), "VALID", "NDHWC", True),
]


def _window(strides, padding, data_format):
    axes = len(strides)
    return Window((None,) * axes, strides, (1,) * axes, padding, ((0, 0),) * axes, data_format)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("input, filter, strides, padding, data_format, is_product", CASES)
def test_all_three_equal_those_of_windows(input, filter, strides, padding, data_format, is_product, dtype, monkeypatch):
    generator = np.random.default_rng(1)
    window = _window(strides, padding, data_format)
    x, f = (torch.from_numpy(generator.normal(size=shape)).to(dtype) for shape in (input, filter))
    geometry = conv_kernels._geometry(window, input, filter)
    assert geometry.is_product is is_product
    grad = torch.from_numpy(generator.normal(size=geometry.output)).to(dtype)

    def all_three() -> list[torch.Tensor]:
        return [
            conv_kernels.convolve(window, x, f),
            conv_kernels.input_gradient(window, input, f, grad),
            conv_kernels.filter_gradient(window, x, filter, grad),
        ]

    results = all_three()
    monkeypatch.setattr(conv_products, "computes", lambda _: False)
    for result, expected in zip(results, all_three(), strict=True):
        assert result.is_contiguous()
        torch.testing.assert_close(result, expected, rtol=1e-4, atol=1e-3)


def test_padding_given_one_by_one_is_padding():
    window = Window((None, None), (1, 1), (1, 1), "EXPLICIT", ((0, 0), (1, 0)), "NHWC")
    assert not conv_kernels._geometry(window, (1, 2, 2, 1), (1, 1, 1, 1)).is_product
    y = conv_kernels.convolve(window, torch.ones(1, 2, 2, 1), torch.ones(1, 1, 1, 1))
    assert y.shape == (1, 2, 3, 1)


def test_types_with_convolutions_of_their_own_keep_them():
    assert not conv_products.computes(torch.ones(1, dtype=torch.int32))
