"""What memory the steps of a traced run took and let go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from convflow.graph.operation import Operation, Tensor
from convflow.runtime.trace import Event


@dataclass
class Entry:
    """The bytes of one step.

    Attributes:
        event: the step.
        allocated: of its outputs; those that share another value's memory take none.
        live: of all that steps have made, while this one runs.
        left: the same, after it has let go what nobody reads any more.
        released: the values it lets go.
        freed: when the memory of its outputs goes: positions in the list of entries, with the bytes.
    """

    event: Event
    allocated: int = 0
    live: int = 0
    left: int = 0
    released: list[Tensor] = field(default_factory=list)
    freed: list[tuple[int, int]] = field(default_factory=list)


@dataclass
class _Block:
    """Memory that one step made and that several values may share."""

    maker: int
    size: int
    holders: set[Tensor]


def account(events: Iterable[Event], releases: Mapping[Operation, list[Tensor]]) -> list[Entry]:
    """One entry for each event.

    Args:
        releases: the values that go after each node; nodes that are not in it, those inside of loops, let go at
            once what they made.
    """
    entries: list[Entry] = []
    blocks: dict[int, _Block] = {}
    live = 0
    for index, event in enumerate(events):
        entry = Entry(event)
        entries.append(entry)
        for tensor, place, size in _new(event, blocks):
            block = blocks.setdefault(place, _Block(index, 0, set()))
            # Several outputs may share memory; the largest tells how much it is.
            entry.allocated += max(0, size - block.size)
            block.size = max(size, block.size)
            block.holders.add(tensor)
        live += entry.allocated
        entry.live = live
        entry.released = releases.get(event.op, list(event.op.outputs))
        live -= sum(_let_go(entry.released, blocks, entries, index))
        entry.left = live
    return entries


def _new(event: Event, blocks: dict[int, _Block]) -> Iterable[tuple[Tensor, int, int]]:
    """The values that a step made, with memory; those that share memory join its holders."""
    outside = {made.place for made in event.taken if made is not None and made.place not in blocks}
    for position, (tensor, made) in enumerate(zip(event.op.outputs, event.made, strict=False)):
        if made is None or not made.size or made.place in outside:
            continue
        # Memory without a place is that of one value.
        place = made.place or -(event.start * 1000 + position) - 1
        if place in blocks and any(other is not None and other.place == place for other in event.taken):
            blocks[place].holders.add(tensor)
        else:
            yield tensor, place, made.size


def _let_go(tensors: list[Tensor], blocks: dict[int, _Block], entries: list[Entry], index: int) -> Iterable[int]:
    gone = set(tensors)
    for place in list(blocks):
        block = blocks[place]
        block.holders -= gone
        if not block.holders:
            del blocks[place]
            entries[block.maker].freed.append((index, block.size))
            yield block.size
