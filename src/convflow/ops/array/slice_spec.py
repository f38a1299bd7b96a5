"""What a strided slice takes of an array: masks and negative numbers resolved axis by axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Masks:
    """Bit i of each mask speaks of entry i of begin, end and strides (op StridedSlice of the registry)."""

    begin: int = 0
    end: int = 0
    ellipsis: int = 0
    new_axis: int = 0
    shrink_axis: int = 0

    @classmethod
    def of(cls, attr: Any) -> Masks:
        """The masks of a node; `attr` gives an attribute's value by its name."""
        return cls(*(attr(f"{name}_mask") for name in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")))

    def attrs(self) -> dict[str, Any]:
        return {
            "begin_mask": self.begin,
            "end_mask": self.end,
            "ellipsis_mask": self.ellipsis,
            "new_axis_mask": self.new_axis,
            "shrink_axis_mask": self.shrink_axis,
        }


@dataclass
class Selection:
    """The resolved slice.

    Attributes:
        ranges: per input axis (first index, number of elements, stride); the number is None where unknown.
        final: the output's sizes: those of `ranges` without shrunk axes, with new ones.
    """

    ranges: list[tuple[int, int | None, int]] = field(default_factory=list)
    final: list[int | None] = field(default_factory=list)

    @property
    def processed(self) -> list[int | None]:
        """The sizes before axes are shrunk and new ones put in."""
        return [count for _, count, _ in self.ranges]


def select(
    sizes: Sequence[int | None],
    begin: Sequence[int] | None,
    end: Sequence[int] | None,
    strides: Sequence[int],
    masks: Masks,
) -> Selection:
    """Resolve a slice of an array of the given sizes.

    Args:
        sizes: the input's, None where unknown.
        begin, end: None where their values are not known yet.
        strides: as many entries as begin and end have.

    Raises:
        ValueError: a stride of 0, an index out of bounds, more entries than axes, two ellipses.
    """
    result = Selection()
    for entry, count in _entries(len(sizes), len(strides), masks):
        axis = len(result.ranges)
        if entry is None:
            for size in sizes[axis : axis + count]:
                result.ranges.append((0, size, 1))
                result.final.append(size)
        elif masks.new_axis >> entry & 1:
            result.final.append(1)
        else:
            if axis >= len(sizes):
                raise ValueError(
                    f"Index out of range using input dim {axis}; input has only {len(sizes)} dims: {list(sizes)}."
                )
            first = None if begin is None else int(begin[entry])
            last = None if end is None else int(end[entry])
            chosen = _range(entry, axis, sizes[axis], first, last, int(strides[entry]), masks)
            result.ranges.append(chosen)
            if not masks.shrink_axis >> entry & 1:
                result.final.append(chosen[1])
    return result


def _entries(rank: int, length: int, masks: Masks) -> list[tuple[int | None, int]]:
    """The entries in order; (None, n) stands for n whole axes."""
    ellipses = [index for index in range(length) if masks.ellipsis >> index & 1]
    if len(ellipses) > 1:
        raise ValueError("Multiple ellipses in slice spec not allowed")
    # An ellipsis at the end is always meant.
    at = ellipses[0] if ellipses else length
    consuming = sum(not masks.new_axis >> index & 1 for index in range(length) if index != at)
    entries: list[tuple[int | None, int]] = [(index, 1) for index in range(length)]
    entries[at : at + 1] = [(None, max(rank - consuming, 0))]
    return entries


def _range(
    entry: int, axis: int, size: int | None, begin: int | None, end: int | None, stride: int, masks: Masks
) -> tuple[int, int | None, int]:
    if stride == 0:
        raise ValueError(f"strides[{entry}] must be non-zero")
    shrink = bool(masks.shrink_axis >> entry & 1)
    if shrink and stride < 0:
        raise ValueError("only stride 1 allowed on non-range indexing.")
    if size is None:
        return 0, 1 if shrink else None, stride
    whole = bool(masks.begin >> entry & 1) and bool(masks.end >> entry & 1)
    if begin is None or end is None:
        if shrink:
            return 0, 1, 1
        if not whole:
            return 0, None, stride
        begin = end = 0
    if shrink:
        first = begin + size if begin < 0 else begin
        if not 0 <= first < size:
            raise ValueError(f"slice index {begin} of dimension {axis} out of bounds: its size is {size}.")
        return first, 1, 1
    first, last, _ = slice(
        None if masks.begin >> entry & 1 else begin, None if masks.end >> entry & 1 else end, stride
    ).indices(size)
    return first, len(range(first, last, stride)), stride
