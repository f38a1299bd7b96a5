import hashlib
import math
import threading
from pathlib import Path

import numpy as np
import pytest
import torch

from convflow.core import errors
from convflow.ops import philox_fill
from convflow.ops.philox import PhiloxGenerator
from convflow.ops.philox_words import PhiloxStream

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "philox.npz")
SIZES = GOLDEN["sizes"].tolist()

METHODS = {
    "RandomUniform": PhiloxGenerator.uniform,
    "RandomStandardNormal": PhiloxGenerator.normal,
    "TruncatedNormal": PhiloxGenerator.truncated_normal,
}
FLOATS = [torch.float16, torch.bfloat16, torch.float32, torch.float64]


def golden_keys(*prefixes):
    return [key for key in GOLDEN.files if key.startswith(tuple(prefix + "|" for prefix in prefixes))]


def as_recorded(tensor):
    return tensor.view(torch.uint16).numpy() if tensor.dtype == torch.bfloat16 else tensor.numpy()


@pytest.mark.parametrize("key", golden_keys(*METHODS))
def test_floats_of_consecutive_runs_are_tensorflows(key):
    op, dtype, seed, seed2 = key.split("|")
    generator = PhiloxGenerator(int(seed), int(seed2))
    runs = [METHODS[op](generator, [size], getattr(torch, dtype)) for size in SIZES]
    actual = as_recorded(torch.cat(runs))
    if dtype == "float64" and op != "RandomUniform":
        np.testing.assert_allclose(actual, GOLDEN[key], rtol=1e-14, atol=1e-15)
    else:
        np.testing.assert_array_equal(actual, GOLDEN[key])


@pytest.mark.parametrize("key", golden_keys("RandomUniformInt"))
def test_integers_of_consecutive_runs_are_tensorflows(key):
    _, dtype, seed, seed2, minval, maxval = key.split("|")
    generator = PhiloxGenerator(int(seed), int(seed2))
    runs = [generator.uniform_int([size], int(minval), int(maxval), getattr(torch, dtype)) for size in SIZES]
    np.testing.assert_array_equal(torch.cat(runs).numpy(), GOLDEN[key])


@pytest.mark.parametrize("key", golden_keys("sha256"))
def test_millions_of_values_are_tensorflows(key):
    _, op, dtype, seed, seed2, size = key.split("|")
    generator = PhiloxGenerator(int(seed), int(seed2))
    METHODS[op](generator, [int(size)], getattr(torch, dtype))
    second = METHODS[op](generator, [int(size)], getattr(torch, dtype))
    assert hashlib.sha256(second.numpy().tobytes()).hexdigest() == str(GOLDEN[key])


@pytest.mark.parametrize("key", golden_keys("shuffle"))
def test_shuffles_are_tensorflows(key):
    _, seed, seed2 = key.split("|")
    generator = PhiloxGenerator(int(seed), int(seed2))
    runs = [generator.permutation(count) for count in GOLDEN["shuffles"].tolist()]
    np.testing.assert_array_equal(torch.cat(runs).numpy(), GOLDEN[key])


def test_multinomial_is_tensorflows():
    generator = PhiloxGenerator(123, 7)
    logits = torch.from_numpy(GOLDEN["logits"])
    runs = [generator.multinomial(logits, 5, torch.int64) for _ in range(3)]
    np.testing.assert_array_equal(torch.stack(runs).numpy(), GOLDEN["multinomial|123|7"])


def test_multinomial_never_draws_a_class_of_infinite_or_missing_logit():
    logits = torch.tensor([[0.0, -math.inf, 0.0, math.nan]])
    drawn = PhiloxGenerator(1, 2).multinomial(logits, 2000, torch.int32)
    assert drawn.dtype == torch.int32
    assert set(drawn.unique().tolist()) == {0, 2}


def test_words_match_the_published_known_answers():
    # The test vectors that come with the paper's own implementation (Random123, philox4x32, 10 rounds);
    # the counter's lower half is the argument, its upper half the second seed.
    zeros = PhiloxStream(0, 0).pairs(np.array([0], np.uint64))
    assert zeros.view(np.uint32).tolist() == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
    ones = PhiloxStream(2**64 - 1, 2**64 - 1).pairs(np.array([2**64 - 1], np.uint64))
    assert ones.view(np.uint32).tolist() == [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]
    digits = PhiloxStream(0x299F31D0A4093822, 0x0370734413198A2E).pairs(np.array([0x85A308D3243F6A88], np.uint64))
    assert digits.view(np.uint32).tolist() == [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1]


@pytest.mark.parametrize("method", METHODS.values())
@pytest.mark.parametrize("dtype", FLOATS)
def test_a_result_begins_with_every_shorter_result(method, dtype, monkeypatch):
    whole = method(PhiloxGenerator(9, 4), [1000], dtype)
    monkeypatch.setattr(philox_fill, "BLOCK", 7)
    for size in (1, 2, 3, 5, 257, 1000):
        assert torch.equal(method(PhiloxGenerator(9, 4), [size], dtype), whole[:size])


@pytest.mark.parametrize("method", METHODS.values())
def test_the_stream_moves_on_by_the_number_of_outputs_alone(method):
    used, other = PhiloxGenerator(3, 8), PhiloxGenerator(3, 8)
    method(used, [5, 2], torch.float32)
    other.uniform_int([10], 0, 3, torch.int32)
    assert torch.equal(used.uniform([4], torch.float32), other.uniform([4], torch.float32))


@pytest.mark.parametrize("method", METHODS.values())
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", [(), (0,), (3, 0), (2, 3, 5)])
def test_shape_and_dtype(method, dtype, shape):
    result = method(PhiloxGenerator(1, 1), shape, dtype)
    assert result.shape == shape
    assert result.dtype == dtype
    assert result.is_contiguous()


def test_results_are_the_callers_own():
    generator = PhiloxGenerator(5, 5)
    first = generator.uniform([8], torch.float32)
    copy = first.clone()
    generator.uniform([8], torch.float32).zero_()
    assert torch.equal(first, copy)


def test_moments():
    size = [400_000]
    uniform = PhiloxGenerator(1, 2).uniform(size, torch.float32)
    assert uniform.min() >= 0 and uniform.max() < 1
    assert abs(uniform.mean() - 0.5) < 2e-3 and abs(uniform.var() - 1 / 12) < 1e-3
    normal = PhiloxGenerator(1, 2).normal(size, torch.float64)
    assert abs(normal.mean()) < 6e-3 and abs(normal.var() - 1) < 1e-2
    assert abs((normal**4).mean() - 3) < 0.1
    for dtype in (torch.float32, torch.float64):
        truncated = PhiloxGenerator(1, 2).truncated_normal(size, dtype)
        assert truncated.abs().max() < 2
        assert abs(truncated.mean()) < 6e-3
        assert abs(truncated.var() - 0.77374) < 1e-2  # of a standard normal cut at two deviations
    integers = PhiloxGenerator(1, 2).uniform_int(size, -2, 3, torch.int64)
    assert torch.equal(integers.unique(), torch.arange(-2, 3))
    assert (integers + 2).bincount().min() > 79_000


def test_seeds_of_zero_differ_from_generator_to_generator():
    draws = [PhiloxGenerator(0, 0).uniform([4], torch.float32) for _ in range(2)]
    assert not torch.equal(*draws)
    assert not torch.equal(
        PhiloxGenerator(1, 0).uniform([4], torch.float32), PhiloxGenerator(0, 1).uniform([4], torch.float32)
    )


def test_threads_share_a_generator_without_losing_or_repeating_runs():
    alone, shared = PhiloxGenerator(6, 6), PhiloxGenerator(6, 6)
    expected = {tuple(alone.uniform([3], torch.float32).tolist()) for _ in range(80)}
    drawn = []
    threads = [
        threading.Thread(
            target=lambda: drawn.extend(tuple(shared.uniform([3], torch.float32).tolist()) for _ in range(20))
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(drawn) == 80
    assert set(drawn) == expected


def test_empty_integer_range():
    generator = PhiloxGenerator(1, 1)
    with pytest.raises(errors.InvalidArgumentError, match=r"Need minval < maxval, got 5 >= 5\. .*maxval of at"):
        generator.uniform_int([2], 5, 5, torch.int32)
    assert generator.uniform_int([0], 5, 5, torch.int32).shape == (0,)


def test_no_classes():
    with pytest.raises(errors.InvalidArgumentError, match=r"num_classes should be positive, got 0 .*\(2, 0\)"):
        PhiloxGenerator(1, 1).multinomial(torch.empty(2, 0), 3, torch.int64)
    assert PhiloxGenerator(1, 1).multinomial(torch.empty(0, 3), 3, torch.int64).shape == (0, 3)


def test_a_dtype_the_op_does_not_have():
    generator = PhiloxGenerator(1, 1)
    with pytest.raises(TypeError, match=r"RandomUniform was asked for torch\.int32; it makes torch\.float16"):
        generator.uniform([1], torch.int32)
    with pytest.raises(TypeError, match=r"RandomUniformInt was asked for torch\.float32"):
        generator.uniform_int([1], 0, 2, torch.float32)
