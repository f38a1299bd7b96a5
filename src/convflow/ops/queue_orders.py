"""The orders in which queues give their elements back."""

from __future__ import annotations

import heapq
import itertools
import secrets
from typing import Any

from convflow.ops.philox_sequence import words
from convflow.ops.queue_resource import Element, ElementStore


class ShuffledStore(ElementStore):
    """A random element each time, TensorFlow's for TensorFlow's seeds.

    Args:
        seed, seed2: the op's; both zero take the operating system's randomness.
    """

    def __init__(self, seed: int, seed2: int) -> None:
        super().__init__()
        if seed == 0 and seed2 == 0:
            seed, seed2 = secrets.randbits(64), secrets.randbits(64)
        self._numbers = words(seed, seed2)

    def take(self) -> Element:
        drawn = next(self._numbers) % len(self._elements)
        element, last = self._elements[drawn], self._elements.pop()
        if drawn < len(self._elements):
            self._elements[drawn] = last
        return element

    def put_back(self, elements: list[Element]) -> None:
        self._elements.extend(elements)


class PriorityStore(ElementStore):
    """The smallest first component first; among equals who came first."""

    def __init__(self) -> None:
        super().__init__()
        self._heap: list[tuple[int, int, Any]] = []
        self._count = itertools.count()

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, element: Element) -> None:
        heapq.heappush(self._heap, (int(element[0]), next(self._count), element))

    def take(self) -> Element:
        return heapq.heappop(self._heap)[2]

    def put_back(self, elements: list[Element]) -> None:
        for element in elements:
            self.add(element)
