from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from convflow.core import errors
from convflow.tools.classifier.data import pipeline
from convflow.tools.classifier.data.augmentation import parse
from convflow.tools.classifier.data.examples import ArrayExamples, Examples
from convflow.tools.classifier.data.pipeline import batches

NAME = "convflow-data"


class Slow:
    """Examples that are not in memory; the later ones are ready sooner. Some cannot be read."""

    dtype = np.dtype(np.uint8)
    image_shape = (3, 2, 1)

    def __init__(self, count: int, broken: tuple[int, ...] = (), pause: float = 0.001) -> None:
        self.labels = np.arange(count, dtype=np.int32)
        self.read: list[int] = []
        self._broken = broken
        self._pause = pause

    def __len__(self) -> int:
        return len(self.labels)

    def images(self, numbers: np.ndarray) -> np.ndarray:
        self.read += numbers.tolist()
        time.sleep(self._pause * (1 - numbers[0] % 40 / 40))
        for number in numbers:
            if number in self._broken:
                raise errors.DataLossError(None, None, f"{self.name(number)} cannot be read")
        return np.broadcast_to(numbers.astype(np.uint8)[:, None, None, None], (len(numbers), *self.image_shape))

    def name(self, number: int) -> str:
        return f"picture {number}"


def threads() -> int:
    return sum(thread.name.startswith(NAME) for thread in threading.enumerate())


def until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.005)
    return condition()


@pytest.fixture(autouse=True)
def no_thread_is_left() -> None:
    assert until(lambda: not threads())


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("batch_size", [1, 7, 20, 64])
def test_threads_make_the_batches_that_one_makes(seed: int, batch_size: int) -> None:
    order = np.random.default_rng(seed).permutation(50)
    augment = parse("flip,noise")
    alone, together, memory = (
        list(batches(examples, batch_size, order, augment, (seed, 9), threads=count))
        for examples, count in (
            (Slow(50, pause=0), 0),
            (Slow(50), 3),
            (ArrayExamples(Slow(50, pause=0).images(np.arange(50)), np.arange(50)), 2),
        )
    )
    assert len(alone) == len(together) == len(memory)
    for ours, one, other in zip(alone, together, memory, strict=True):
        for array, first, second in zip(ours, one, other, strict=True):
            np.testing.assert_array_equal(array, first)
            np.testing.assert_array_equal(array, second)


@pytest.mark.parametrize("count", [0, 2])
def test_a_later_beginning_gives_the_same_batches(count: int) -> None:
    whole = list(batches(Slow(30), 4, augment=parse("noise"), seed=(5,), threads=count))
    rest = list(batches(Slow(30), 4, augment=parse("noise"), seed=(5,), first=5, threads=count))
    assert len(rest) == 3
    for ours, theirs in zip(whole[5:], rest, strict=True):
        np.testing.assert_array_equal(ours.images, theirs.images)
        np.testing.assert_array_equal(ours.labels, theirs.labels)
    assert list(batches(Slow(30), 4, first=8, threads=count)) == []


def test_batches_have_random_numbers_of_their_own() -> None:
    grey = ArrayExamples(np.full((8, 4, 4, 1), 128, np.uint8), np.zeros(8))
    first, second = batches(grey, 4, augment=parse("noise"), seed=(1,))
    assert (first.images != second.images).any()


@pytest.mark.parametrize("count", [0, 3])
def test_an_error_comes_where_its_batch_would_have_been(count: int) -> None:
    found = batches(Slow(100, broken=(45, 46, 60)), 20, threads=count)
    assert [next(found).labels[0], next(found).labels[0]] == [0, 20]
    with pytest.raises(errors.DataLossError, match="picture 45 cannot be read"):
        next(found)
    with pytest.raises(StopIteration):
        next(found)
    assert not threads()


def test_an_error_of_the_augmentation_is_raised() -> None:
    found = batches(Slow(10), 5, augment=parse("hue"), threads=2)
    with pytest.raises(errors.InvalidArgumentError, match=r"hue:0.05 was asked for pictures of 1 channel"):
        next(found)


def test_no_more_is_read_than_a_few_batches_ahead() -> None:
    examples = Slow(1000, pause=0)
    found = batches(examples, 10, threads=2)
    next(found)
    time.sleep(0.05)
    assert max(examples.read) < 10 * (pipeline._MOST_AHEAD + 1)
    found.close()


def test_large_batches_are_not_kept_in_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "_BYTES_AHEAD", 10)
    examples = Slow(100, pause=0)
    with batches(examples, 10, threads=2):
        assert until(lambda: len(examples.read) == 10)
        time.sleep(0.02)
        assert len(examples.read) == 10


def test_closing_ends_the_threads() -> None:
    with batches(Slow(1000), 10, threads=3) as found:
        next(found)
        assert threads()
    assert not threads()
    assert list(found) == []


def test_the_end_ends_the_threads() -> None:
    found = batches(Slow(20), 10, threads=3)
    assert len(list(found)) == 2
    assert not threads()


def test_forgetting_ends_the_threads() -> None:
    found = batches(Slow(1000), 10, threads=3)
    next(found)
    assert threads()
    del found
    gc.collect()
    assert until(lambda: not threads())


def test_what_is_in_memory_and_stays_as_it_is_needs_no_threads() -> None:
    examples = ArrayExamples(np.zeros((9, 2, 2, 1), np.uint8), np.arange(9))
    found = batches(examples, 4)
    assert [len(next(found).labels), threads()] == [4, 0]
    changed = batches(examples, 4, augment=parse("flip"))
    assert threads() > 0
    changed.close()


@pytest.mark.parametrize(("count", "least"), [(0, 0.04), (1, 0.0)])
def test_waiting_is_counted(count: int, least: float) -> None:
    found = batches(Slow(4, pause=0.05), 4, threads=count)
    assert found.waited_seconds == 0
    next(found)
    waited = found.waited_seconds
    assert waited > least
    time.sleep(0.01)
    assert found.waited_seconds == waited


def test_no_examples() -> None:
    assert list(batches(Slow(0), 4)) == []


def test_the_protocol_is_met(two_classes: Path) -> None:
    examples: Examples = Slow(3)
    assert [len(batch.labels) for batch in batches(examples, 2)] == [2, 1]
