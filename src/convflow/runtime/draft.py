"""The plan's own copy of what runs, which rewrites change; the program's graph stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from convflow.core import dtypes
from convflow.core.dtypes import DType
from convflow.core.shape import TensorShape
from convflow.graph.operation import Operation, Tensor
from convflow.runtime.fused import Folded, Fused, Renamed, references
from convflow.runtime.guards import NEVER, Guards
from convflow.runtime.known_shapes import KnownShapes
from convflow.runtime.loops import Item, Loop
from convflow.runtime.new_memory import makes_new
from convflow.runtime.prune import has_effects
from convflow.runtime.variables import LOOK_ONLY, only_looks, touched


class Draft:
    """A schedule to be rewritten.

    Nodes inside of loops are not touched: a loop is one item, which reads and makes values.

    Args:
        schedule: the items in the order they run.
        fed: the tensors whose values the run is given.
        fetched: the tensors whose values it returns, and the operations it runs though nobody takes their values.
        fed_shapes: the shapes of the fed values, where the plan is for these alone.
        decided: conditions that are known, and their values. What then never runs is left out.
    """

    def __init__(
        self,
        schedule: list[Item],
        fed: Iterable[Tensor],
        fetched: Iterable[Tensor | Operation],
        fed_shapes: Mapping[Tensor, TensorShape] | None = None,
        decided: Mapping[Tensor, Any] | None = None,
    ) -> None:
        self._fed = frozenset(fed)
        self.guards = Guards(schedule, self._fed, decided=decided)
        schedule = [item for item in schedule if self.guards.of(item) != NEVER]
        self._items: list[Item | None] = list(schedule)
        self._position = {item: index for index, item in enumerate(schedule)}
        self.shapes = KnownShapes(fed_shapes or {}, self.source)
        self._makers: dict[Tensor, Operation] = {}
        self._readers: dict[Tensor, list[Item]] = {}
        self._next_id = 1 + max((item._id for item in schedule), default=0)
        for item in schedule:
            self._enter(item)
        fetched = list(fetched)
        self._asked_for = frozenset(item for item in fetched if isinstance(item, Operation))
        self._kept = frozenset(self.source(item) for item in fetched if isinstance(item, Tensor))

    @property
    def items(self) -> list[Item]:
        """What runs, in order."""
        return [item for item in self._items if item is not None]

    def nodes(self, *types: str) -> list[Operation]:
        """The nodes of these types as they stand now, in order. A rewrite may have replaced a later one when you
        come to it: ask `has`."""
        return [node for node in self.nodes_of_any_type() if node.type in types]

    def nodes_of_any_type(self) -> list[Operation]:
        """All nodes that do something in the run, and the graph's constants, in order."""
        nodes = (item for item in self.items if isinstance(item, Operation))
        return [node for node in nodes if not isinstance(node, (Folded, Renamed))]

    def has(self, op: Operation) -> bool:
        """Whether a node still stands in the plan as itself."""
        return op in self._position

    def precedes(self, item: Item, other: Item) -> bool:
        """Whether an item runs before another one."""
        return self._position[item] < self._position[other]

    def source(self, tensor: Tensor) -> Tensor:
        """The tensor whose value this one is: itself, unless a rewrite has renamed it."""
        return self.guards.source(tensor)

    def shape(self, tensor: Tensor) -> TensorShape:
        """What is known of a value's shape: by the graph, by the shapes fed, and by constants once they are folded."""
        return self.shapes.of(tensor)

    def constant(self, tensor: Tensor) -> Any:
        """A value that is known, a constant of the graph or folded, else None. It must not be written into."""
        tensor = self.source(tensor)
        maker = self.maker(tensor)
        if isinstance(maker, Folded):
            return maker.known[maker.outputs.index(tensor)]
        return maker.definition.kernel(maker)() if maker is not None and maker.type == "Const" else None

    def inputs(self, op: Operation) -> list[Tensor]:
        """What a node takes, seen through renamings."""
        return [self.source(tensor) for tensor in op.inputs]

    def maker(self, tensor: Tensor) -> Operation | None:
        """The node that makes a value; None if it is fed or comes out of a loop."""
        tensor = self.source(tensor)
        return None if tensor in self._fed else self._makers.get(tensor)

    def made_by(self, tensor: Tensor, *types: str) -> Operation | None:
        """The node that makes a value, if it is of one of these types."""
        op = self.maker(tensor)
        return op if op is not None and op.type in types else None

    def readers(self, tensor: Tensor) -> list[Item]:
        """What takes a value, each once; a fetched value has readers beside these (`is_fetched`)."""
        return list(dict.fromkeys(self._readers.get(self.source(tensor), ())))

    def is_fetched(self, tensor: Tensor) -> bool:
        return self.source(tensor) in self._kept

    def only_reader(self, tensor: Tensor, *types: str) -> Operation | None:
        """The one node that takes a value, if there is no other, it is of one of these types, and the value is
        neither fetched nor fed."""
        tensor = self.source(tensor)
        readers = self.readers(tensor)
        if len(readers) != 1 or tensor in self._kept or tensor in self._fed:
            return None
        reader = readers[0]
        return reader if isinstance(reader, Operation) and reader.type in types else None

    def is_fed(self, tensor: Tensor) -> bool:
        return self.source(tensor) in self._fed

    def fuse(
        self,
        members: Iterable[Operation],
        title: str,
        kernel: Callable[..., Any],
        inputs: Sequence[Tensor],
        outputs: Sequence[Tensor],
        hidden: Sequence[DType] = (),
        at: Operation | None = None,
        fresh: bool = False,
        takes_store: bool = False,
        onto: tuple[int, Callable[..., Any]] | None = None,
    ) -> Fused | None:
        """Put one node in the place of several.

        Args:
            members: the nodes that go.
            title, kernel, inputs, outputs, hidden, fresh, takes_store, onto: as of `Fused`; every output of the members
                that somebody else reads or that is fetched must be among the outputs.
            at: the member whose place it takes; the last one by default.

        Returns:
            The new node; None, with nothing changed, where it would not be the same program: values would be read
            before they are made, a variable would change in between, or the members run under different conditions.
        """
        members = sorted(dict.fromkeys(members), key=self._position.__getitem__)
        inputs = [self.source(tensor) for tensor in inputs]
        place = self._position[at or members[-1]]
        if not self._may_fuse(members, inputs, outputs, place):
            return None
        guard = self.guards.of(members[0])
        fused = Fused(members, title, kernel, inputs, outputs, hidden, self._new_id(), fresh, takes_store, onto)
        for op in members:
            self._leave(op)
        self._put(fused, place)
        self.guards.add(fused, guard)
        return fused

    def rename(self, op: Operation, targets: Sequence[Tensor | None]) -> bool:
        """Take the outputs of a node for other tensors of the same values, made before; None stands for an output that
        nobody takes. False if it cannot be."""
        pairs = [
            (own, self.source(target)) for own, target in zip(op.outputs, targets, strict=True) if target is not None
        ]
        place, guard = self._position[op], self.guards.of(op)
        if any(self._is_taken(own) for own, target in zip(op.outputs, targets, strict=True) if target is None):
            return False
        if any(self._made_at(target) >= place or self.guards.of_value(target) != guard for _, target in pairs):
            return False
        if any(own in self._fed or own in self.guards.predicates for own, _ in pairs):
            return False  # guards know a predicate by its name
        renamed = Renamed(op, pairs, self._new_id())
        self._leave(op)
        self.guards.add(renamed, guard)
        self._put(renamed, place)
        for own, target in pairs:
            self._readers.setdefault(target, []).extend(self._readers.pop(own, ()))
        self._kept = frozenset(map(self.source, self._kept))
        return True

    def fold(self, op: Operation, values: Sequence[Any]) -> None:
        """Put the values of a node's outputs, known now, in its place. The node must have no effects."""
        place, guard = self._position[op], self.guards.of(op)
        folded = Folded(op, values, self._new_id())
        self._leave(op)
        self._put(folded, place)
        self.guards.add(folded, guard)

    def sweep(self) -> None:
        """Take out what has no effects and whose values nobody takes."""
        for item in reversed(self.items):
            if isinstance(item, Operation) and not isinstance(item, Renamed) and self._is_idle(item):
                self._leave(item)

    def _is_idle(self, op: Operation) -> bool:
        members = op.members if isinstance(op, Fused) else (op,)
        if not self._asked_for.isdisjoint(members):
            return False
        if any(has_effects(member) or member.definition.takes_store for member in members):
            return False
        return not any(map(self._is_taken, op.outputs))

    def _is_taken(self, tensor: Tensor) -> bool:
        return bool(self.readers(tensor)) or tensor in self._kept

    def _may_fuse(self, members: list[Operation], inputs: list[Tensor], outputs: Sequence[Tensor], place: int) -> bool:
        guard = self.guards.of(members[0])
        if any(self.guards.of(op) != guard for op in members):
            return False
        own = set(members)
        for tensor in (tensor for op in members for tensor in op.outputs):
            outside = [self._position[reader] for reader in self.readers(tensor) if reader not in own]
            is_read = bool(outside) or tensor in self._kept
            if tensor in self._fed or (is_read and tensor not in outputs) or any(other < place for other in outside):
                return False
        if any(self._made_at(tensor) >= place and self.maker(tensor) not in own for tensor in inputs):
            return False
        return self._may_move(members, place)

    def _may_move(self, members: list[Operation], place: int) -> bool:
        """Whether what stands between them leaves them as they are."""
        places = [self._position[op] for op in members]
        between = [
            item
            for item in self._items[min(*places, place) : max(*places, place) + 1]
            if item is not None and item not in members
        ]
        if any(map(has_side_effects, members)):
            return not any(in_the_way(item, members) for item in between)
        return all(self._lives_on(op) for op in members if self._position[op] != place) or not any(map(writes, between))

    def _lives_on(self, op: Operation) -> bool:
        """Whether a node takes nothing but new memory, in which no variable shows."""
        return all(makes_new(self.source(tensor)) for tensor in op.inputs)

    def _made_at(self, tensor: Tensor) -> int:
        maker = None if tensor in self._fed else self._makers.get(tensor)
        return -1 if maker is None else self._position[maker]

    def _new_id(self) -> int:
        self._next_id += 1
        return self._next_id

    def _enter(self, item: Item) -> None:
        for tensor in () if isinstance(item, Renamed) else _taken(item):
            self._readers.setdefault(self.source(tensor), []).append(item)
        if isinstance(item, Operation):
            self._makers.update(dict.fromkeys(item.outputs, item))

    def _leave(self, op: Operation) -> None:
        self._items[self._position.pop(op)] = None
        for tensor in map(self.source, op.inputs):
            self._readers[tensor].remove(op)
        for tensor in op.outputs:
            self._makers.pop(tensor, None)

    def _put(self, op: Operation, place: int) -> None:
        self._items[place] = op
        self._position[op] = place
        self._enter(op)


def _taken(item: Item) -> Iterable[Tensor]:
    """The values an item takes. What is constant goes into loops by itself."""
    if isinstance(item, Operation):
        return item.inputs
    return (*item.inputs, *(tensor for inner in item.items for tensor in _taken(inner)))


def writes(item: Item) -> bool:
    """Whether an item may write into a variable."""
    if isinstance(item, Loop):
        return any(writes(op) for op in item.ops) or any(writes(inner) for inner in item.items)
    members = item.members if isinstance(item, Fused) else (item,)
    return any(_writes(op) for op in members)


def _writes(op: Operation) -> bool:
    if op.type in LOOK_ONLY:
        return False
    return bool(references(op)) or any(tensor.dtype == dtypes.resource for tensor in op.inputs)


def has_side_effects(item: Item) -> bool:
    """Whether an item does more than make its values."""
    if isinstance(item, Loop):
        return True
    members = item.members if isinstance(item, Fused) else (item,)
    return any(has_effects(op) and op.type not in ("VariableV2", "Variable", "VarHandleOp") for op in members)


def in_the_way(item: Item, members: Iterable[Item]) -> bool:
    """Whether an item keeps nodes with side effects from moving past it: it has some too, or looks at a variable
    that they touch."""
    if not has_side_effects(item) and not looks_at_variables(item):
        return False
    if has_side_effects(item) and not only_looks(item):
        return True
    seen, own = touched(item), [touched(member) for member in members]
    return seen is None or any(names is None or names & seen for names in own)


def looks_at_variables(item: Item) -> bool:
    """Whether an item takes the value or the place of a variable."""
    return any(tensor.dtype._is_ref_dtype or tensor.dtype == dtypes.resource for tensor in item.inputs)
