"""The compiled kernels draw what NumPy draws, bit for bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from convflow.ops import philox_compiled, philox_fill, philox_normal, philox_uniform
from convflow.ops.philox import PhiloxGenerator
from convflow.ops.philox_words import PhiloxStream

KINDS = {
    "uniform": (lambda: philox_compiled.uniforms(23), lambda pairs, _: philox_uniform.uniform_float32(pairs)),
    "of 10 bits": (lambda: philox_compiled.uniforms(10), lambda pairs, _: philox_uniform.uniform_float32(pairs, 10)),
    "normal": (philox_compiled.normals, philox_normal.box_muller_float32),
}


def assert_same_bits(one: torch.Tensor, other: torch.Tensor) -> None:
    np.testing.assert_array_equal(one.numpy().view(np.int32), other.numpy().view(np.int32))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (5, 7), (1 << 20,)])
@pytest.mark.parametrize(("key", "high", "start"), [(0, 1, 0), (2**64 - 1, 2**63 + 5, 2**32 - 3), (-7, -9, 2**40)])
def test_as_numpy_draws(kind: str, shape: Any, key: int, high: int, start: int) -> None:
    kernel, draw = KINDS[kind]
    stream = PhiloxStream(key, high)
    drawn = philox_compiled.fill(kernel(), stream, start, shape)
    assert_same_bits(drawn, philox_fill.fill(stream, start, shape, draw, np.float32, 4))
    assert drawn.shape == shape


@pytest.mark.parametrize("shape", [(), (0,), (3,), (5, 7), (1 << 20,)])
@pytest.mark.parametrize(("key", "high", "start"), [(0, 1, 0), (2**64 - 1, 2**63 + 5, 2**32 - 3), (-7, -9, 2**40)])
def test_truncated_as_numpy_draws(shape: Any, key: int, high: int, start: int) -> None:
    stream = PhiloxStream(key, high)
    drawn = philox_compiled.fill_truncated(stream, start, shape)
    expected = philox_fill.fill_truncated(stream, start, shape, philox_normal.box_muller_float32, np.float32, 4)
    assert_same_bits(drawn, expected)
    assert drawn.shape == shape
    assert not shape or not len(drawn) or drawn.abs().max() < philox_fill.TRUNCATION


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("method", ["uniform", "normal", "truncated_normal"])
def test_a_generator_goes_on_where_the_other_way_left_off(
    dtype: torch.dtype, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draws(ways: list[bool]) -> list[torch.Tensor]:
        generator = PhiloxGenerator(3, 4)
        result = []
        for way in ways:
            monkeypatch.setattr(philox_compiled.Economy, "pays", lambda self, count, way=way: way)
            result.append(getattr(generator, method)([5, 3], dtype))
        return result

    for one, other in zip(draws([False] * 4), draws([True, False, True, True]), strict=True):
        assert torch.equal(one, other)
        assert one.dtype == dtype


def test_compiling_waits_until_it_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(philox_compiled.Economy, "spent", 0.0)
    economy = philox_compiled.Economy()
    assert not economy.pays(1000)
    assert [economy.pays(1000) for _ in range(20)][-1]
    assert not economy.pays(1)
    assert not philox_compiled.Economy().pays(1000)
    assert philox_compiled.Economy().pays(100_000_000)
    assert philox_compiled.Economy().pays(1)


def test_threads_share_long_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(philox_compiled, "_COUNTERS_OF_A_THREAD", 10)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 3)
    stream = PhiloxStream(1, 2)
    drawn = philox_compiled.fill(philox_compiled.normals(), stream, 7, (130,))
    assert_same_bits(drawn, philox_fill.fill(stream, 7, (130,), philox_normal.box_muller_float32, np.float32, 4))
    drawn = philox_compiled.fill_truncated(stream, 7, (130,))
    expected = philox_fill.fill_truncated(stream, 7, (130,), philox_normal.box_muller_float32, np.float32, 4)
    assert_same_bits(drawn, expected)
