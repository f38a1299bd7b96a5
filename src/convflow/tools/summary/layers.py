"""The rows of a summary: nodes grouped by the scope of the variables they use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil, prod

from convflow.core import errors
from convflow.graph.graph import Graph
from convflow.graph.operation import Operation
from convflow.runtime import costs
from convflow.tools.summary import fields, parameters
from convflow.tools.summary.parameters import Parameter
from convflow.tools.summary.shapes import Shape, Shapes

_PRODUCTS = ("MatMul", "BatchMatMul", "BatchMatMulV2", "Conv2DBackpropInput", "Conv3D")
_COMPUTING = (*fields.CONVOLUTIONS, *_PRODUCTS)


@dataclass
class Layer:
    """A row.

    Args:
        name: the scope of its variables, or the node's name if it has none.
        kind: types of its nodes, with kernel and stride.
        output_shape: of one example; None if it is not known.
        parameters: numbers that training changes.
        other_parameters: numbers that it does not, such as moving averages.
        macs: multiply-accumulates for one example, of all uses of the layer; None if a shape is not known.
        receptive_field: height and width of the input that an element of its output depends on.
        activation_bytes: what its output takes for one example.
    """

    name: str
    kind: str
    output_shape: Shape | None
    parameters: int
    other_parameters: int
    macs: int | None
    receptive_field: tuple[int, int]
    activation_bytes: int | None


@dataclass
class _Group:
    nodes: list[Operation] = field(default_factory=list)
    held: dict[str, Parameter] = field(default_factory=dict)


def has_layers(graph: Graph) -> bool:
    """Whether there is anything in a graph that makes a row."""
    return any(op.type in _COMPUTING or op.type in fields.POOLS for op in graph.get_operations())


def summarise(graph: Graph) -> list[Layer]:
    """The layers of a graph, in the order in which they were made, without what computes gradients.

    Raises:
        errors.InvalidArgumentError: there is none.
    """
    forward = [op for op in graph.get_operations() if not _is_of_gradient(op.name)]
    groups = _grouped(forward, parameters.used(graph))
    if not groups:
        raise errors.InvalidArgumentError(
            None, None, f"The graph has {len(graph.get_operations())} nodes, and no layer among them. Expected a "
            "convolution, a matrix product or a pooling. Pass the graph that holds the network; for a program, it "
            "must be the default graph when the program ends.",
        )  # fmt: skip
    shapes = Shapes(graph)
    seen = fields.follow(graph, shapes)
    return [_row(name, group, shapes, seen) for name, group in groups.items()]


def _is_of_gradient(name: str) -> bool:
    return any(part.rpartition("_")[0] == "gradients" or part == "gradients" for part in name.split("/"))


def _grouped(ops: list[Operation], used: dict[Operation, list[Parameter]]) -> dict[str, _Group]:
    keys = _keys(ops, used)
    groups: dict[str, _Group] = {}
    row_of: dict[Operation, str] = dict(keys)
    held: set[str] = set()
    for op in ops:
        if op in keys:
            groups.setdefault(keys[op], _Group()).nodes.append(op)
        for parameter in used.get(op, ()):
            if parameter.name in held or not _takes_data(op):
                continue
            held.add(parameter.name)
            name = keys.get(op) or _home(parameter, op, groups, row_of)
            group = groups.setdefault(name, _Group())
            group.held[parameter.name] = parameter
            if not group.nodes:
                group.nodes.append(op)
        if op not in row_of:
            row = next((row_of[tensor.op] for tensor in op.inputs if tensor.op in row_of), None)
            if row is not None:
                row_of[op] = row
    return groups


def _takes_data(op: Operation) -> bool:
    """Not a regularizer, a summary, an assignment, an optimizer or a saver, which take a variable as well."""
    return op.type in _COMPUTING or (
        bool(op.outputs) and not _is_upkeep(op) and not all(map(parameters.is_fixed, op.inputs))
    )


def _is_upkeep(op: Operation) -> bool:
    upkeep = ("Assign", "Save", "Apply", "ResourceApply", "Restore", "Scatter")
    return op.type.startswith(upkeep) or op.type.endswith("Summary") or "egularizer" in op.name


def _keys(ops: list[Operation], used: dict[Operation, list[Parameter]]) -> dict[Operation, str]:
    """The rows of nodes that compute or pool: the scope of their weights, if no other layer's are in it."""
    weights = {op: used[op][0] for op in ops if op.type in _COMPUTING and op in used}
    in_scope = Counter((each.scope, op.type) for op, each in {(each, op.type): (op, each) for op, each in
                       weights.items()}.values())  # fmt: skip
    shared = {scope for (scope, _), count in in_scope.items() if count > 1} | {""}
    keys = {}
    for op in ops:
        if op in weights:
            weight = weights[op]
            keys[op] = weight.name if weight.scope in shared else weight.scope
        elif op.type in _COMPUTING or op.type in fields.POOLS or _is_global_pool(op):
            keys[op] = op.name
    return keys


def _is_global_pool(op: Operation) -> bool:
    ranks = [tensor.shape.ndims for tensor in (*op.inputs[:1], *op.outputs)]
    if op.type != "Mean" or ranks[0] != 4:
        return False
    shape = op.outputs[0].shape
    return ranks[1] == 2 or (ranks[1] == 4 and [size.value for size in shape[1:3]] == [1, 1])


def _home(parameter: Parameter, op: Operation, groups: Iterable[str], row_of: dict[Operation, str]) -> str:
    """The row of a bias or of a normalization's numbers."""
    known = set(groups)
    scope = parameter.scope
    while scope:
        if scope in known:
            return scope
        scope = scope.rpartition("/")[0]
    before = next((row_of[tensor.op] for tensor in op.inputs if tensor.op in row_of), None)
    if op.type in ("BiasAdd", "Add", "AddV2") and before is not None:
        return before
    return parameter.scope or parameter.name


def _row(name: str, group: _Group, shapes: Shapes, seen: dict) -> Layer:
    last = group.nodes[-1].outputs[0]
    shape = shapes.of(last)
    macs = [_macs(op, shapes) for op in group.nodes]
    height, width = seen[last].size
    held = group.held.values()
    return Layer(
        name=name,
        kind=" + ".join(dict.fromkeys(_kind(op, shapes) for op in group.nodes)),
        output_shape=shape,
        parameters=sum(each.count for each in held if each.trainable),
        other_parameters=sum(each.count for each in held if not each.trainable),
        macs=None if None in macs else sum(each or 0 for each in macs),
        receptive_field=(ceil(height), ceil(width)),
        activation_bytes=None if shape is None else prod(shape) * last.dtype.base_dtype.size,
    )


def _macs(op: Operation, shapes: Shapes) -> int | None:
    """A multiplication and the addition after it are one. Only convolutions and products count."""
    if op.type not in _COMPUTING:
        return 0
    found = costs.operations(op, [shapes.of(each) for each in op.inputs], [shapes.of(each) for each in op.outputs])
    return None if found is None else found // 2


def _kind(op: Operation, shapes: Shapes) -> str:
    if op.type not in (*fields.CONVOLUTIONS, *fields.POOLS):
        return str(op.type)
    taps = shapes.of(op.inputs[1]) if op.type in fields.CONVOLUTIONS else None
    size = taps[:2] if taps is not None else fields.spatial(op, op.attrs["ksize"]) if op.type in fields.POOLS else ()
    stride = fields.spatial(op, op.attrs["strides"])
    steps = "" if stride == (1, 1) else f"/{stride[0]}" if stride[0] == stride[1] else f"/{stride[0]}x{stride[1]}"
    return f"{op.type} {'x'.join(map(str, size))}{steps}"
