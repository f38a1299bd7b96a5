"""How many elements datasets have, as far as that is known without reading them."""

from __future__ import annotations

from collections.abc import Callable

INFINITE = -1
UNKNOWN = -2

Size = Callable[..., int]
"""From the sizes of the datasets before it to a dataset's own."""


def unknown(*sources: int) -> int:
    return UNKNOWN


def same(source: int) -> int:
    return source


def fixed(count: int) -> Size:
    return lambda *sources: count


def of_finite(change: Callable[[int], int]) -> Size:
    """A size that only a known one changes."""
    return lambda source: source if source < 0 else change(source)


def repeated(count: int) -> Size:
    def size(source: int) -> int:
        if count == 0 or source == 0:
            return 0
        if count < 0:
            return INFINITE
        return source if source < 0 else source * count

    return size


def taken(count: int) -> Size:
    def size(source: int) -> int:
        return source if source == UNKNOWN else count if source == INFINITE else min(source, count)

    return size


def skipped(count: int) -> Size:
    return of_finite(lambda source: 0 if count < 0 else max(0, source - count))


def shard(count: int, index: int) -> Size:
    return of_finite(lambda source: source // count + (index < source % count))


def batches(rows: int, drop_remainder: bool) -> Size:
    return of_finite(lambda source: source // rows if drop_remainder else -(-source // rows))


def windows(size: int, shift: int, stride: int, drop_remainder: bool) -> Size:
    span = (size - 1) * stride + 1
    missing = span - 1 if drop_remainder else 0
    return of_finite(lambda source: max(0, -(-(source - missing) // shift)))


def together(*sources: int) -> int:
    """Of datasets one after the other."""
    if INFINITE in sources:
        return INFINITE
    return UNKNOWN if UNKNOWN in sources else sum(sources)


def side_by_side(*sources: int) -> int:
    if UNKNOWN in sources:
        return UNKNOWN
    return min((source for source in sources if source != INFINITE), default=INFINITE)
