"""What rewrites put into a plan in place of the program's nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from convflow.core.dtypes import DType
from convflow.graph.opdef import NO_GRADIENT, ArgDef, OpDef
from convflow.graph.operation import Operation, Tensor


class Fused(Operation):
    """Nodes that run as one. It stands in a plan only; the graph does not know it.

    Args:
        members: the program's nodes whose work it does, in the order they would run.
        title: what it is, for people: "Conv2D + BiasAdd + Relu".
        kernel: the function from the values of `inputs` to those of the outputs: one value, or a tuple for several.
        inputs: the tensors it takes. Those that a member takes as a reference arrive as `VariableSlot`.
        outputs: the members' outputs that it makes.
        hidden: the types of further outputs, that no node of the program has.
        node_id: unlike that of any node of the plan.
        takes_store: whether `kernel` takes the session's store and returns that function.
        fresh: whether all its outputs are new memory or that of values which nobody else sees any more (see
            `runtime/fresh.py`), so that later nodes may write over them.
        onto: a place among `inputs`, and a kernel that does the same and writes over the value there. It may run where
            that value ends with this node; all its outputs are then fresh.
    """

    def __init__(
        self,
        members: Sequence[Operation],
        title: str,
        kernel: Callable[..., Any],
        inputs: Sequence[Tensor],
        outputs: Sequence[Tensor],
        hidden: Sequence[DType],
        node_id: int,
        fresh: bool = False,
        takes_store: bool = False,
        onto: tuple[int, Callable[..., Any]] | None = None,
    ) -> None:
        self.members = tuple(_flattened(members))
        self.fresh = fresh
        self.onto = onto
        taken = {tensor for op in members for tensor in references(op)}
        definition = OpDef(
            name=title,
            inputs=tuple(ArgDef(f"input_{i}", tensor.dtype, is_ref=tensor in taken) for i, tensor in enumerate(inputs)),
            outputs=(),
            attrs={},
            shape=_no_shapes,
            kernel=(lambda op, store: kernel(store)) if takes_store else (lambda op: kernel),
            gradient=NO_GRADIENT,
            stateful=takes_store,
        )
        last = self.members[-1]
        super().__init__(
            last.graph, definition, last.name, node_id, tuple(inputs), list(hidden), {}, (), last.device, last.origin
        )
        self.hidden = list(self._outputs)
        self._outputs = [*outputs, *self.hidden]

    @property
    def node_def(self) -> Any:
        return self.members[-1].node_def

    def describe(self) -> str:
        return " and ".join(op.describe() for op in self.members)


class Renamed(Fused):
    """A node whose outputs are other tensors under new names: it takes no time.

    Args:
        pairs: outputs of the node, and which tensors they are.
    """

    def __init__(self, op: Operation, pairs: Sequence[tuple[Tensor, Tensor]], node_id: int) -> None:
        outputs, targets = zip(*pairs, strict=True)
        super().__init__([op], op.type, _nothing, targets, outputs, [], node_id)


class Folded(Fused):
    """A node whose values are known when the plan is made: they are constants of its function."""

    def __init__(self, op: Operation, values: Sequence[Any], node_id: int) -> None:
        super().__init__([op], f"{op.type}, known", _nothing, [], op.outputs, [], node_id)
        self.known = tuple(values)


def reference_positions(op: Operation) -> set[int]:
    """Which inputs of a node arrive as the place of a variable's value."""
    # Lists of references are a RefMerge's alone, so a position is an argument's index.
    return {index for index, arg in enumerate(op.definition.inputs) if arg.is_ref}


def references(op: Operation) -> list[Tensor]:
    """The inputs of a node that arrive as the place of a variable's value."""
    positions = reference_positions(op)
    return [tensor for index, tensor in enumerate(op.inputs) if index in positions]


def _flattened(members: Sequence[Operation]) -> Iterator[Operation]:
    for op in members:
        yield from op.members if isinstance(op, Fused) else (op,)


def _no_shapes(_: Any) -> list[Any]:
    return []


def _nothing(*values: Any) -> Any:
    return values
