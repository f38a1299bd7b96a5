"""One line of PyTorch for each node of a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from convflow.tools.export import refuse
from convflow.tools.export.ir import Node

if TYPE_CHECKING:
    from convflow.tools.export.torch_code import Writer

_INFIX = {
    "Add": "+",
    "Sub": "-",
    "Mul": "*",
    "Div": "/",
    "Pow": "**",
    "Equal": "==",
    "Less": "<",
    "LessOrEqual": "<=",
    "Greater": ">",
    "GreaterOrEqual": ">=",
    "And": "&",
    "Or": "|",
}
_FUNCTIONS = {
    "Relu": "F.relu",
    "Elu": "F.elu",
    "Selu": "F.selu",
    "Sigmoid": "torch.sigmoid",
    "Tanh": "torch.tanh",
    "Softplus": "F.softplus",
    "Softsign": "F.softsign",
    "Sqrt": "torch.sqrt",
    "Exp": "torch.exp",
    "Log": "torch.log",
    "Neg": "torch.neg",
    "Abs": "torch.abs",
    "Floor": "torch.floor",
    "Ceil": "torch.ceil",
    "Round": "torch.round",
    "Sign": "torch.sign",
    "Sin": "torch.sin",
    "Cos": "torch.cos",
    "Erf": "torch.erf",
    "Reciprocal": "torch.reciprocal",
    "Not": "torch.logical_not",
    "MatMul": "torch.matmul",
    "Mod": "torch.remainder",
}
_REDUCTIONS = {"ReduceMean": "mean", "ReduceSum": "sum", "ReduceMax": "amax", "ReduceMin": "amin"}
_FAR = 2**62

Line = Callable[["Writer", Node], str]


def line(writer: Writer, node: Node) -> str:
    """The expression of a node's value, or values.

    Raises:
        UnimplementedError: PyTorch has no such thing.
    """
    if node.op in _INFIX:
        first, second = (writer.value(name) for name in node.inputs)
        return f"{first} {_INFIX[node.op]} {second}"
    if node.op in _FUNCTIONS:
        return f"{_FUNCTIONS[node.op]}({', '.join(writer.value(name) for name in node.inputs)})"
    if node.op not in _LINES:
        raise refuse.unimplemented(
            f"{node.source} cannot be written in PyTorch: there is no line for {node.op}. Use --to onnx."
        )
    return _LINES[node.op](writer, node)


def _reduction(w: Writer, node: Node) -> str:
    x = w.value(node.inputs[0])
    if not node.inputs[1]:
        return f"{x}.sum()"
    keep = ", keepdim=True" if node.attrs["keepdims"] else ""
    axes = w.numbers(node.inputs[1])
    if node.op == "ReduceProd":
        for axis in sorted(axes, reverse=True):
            x = f"{x}.prod({axis}{keep})"
        return x
    return f"{x}.{_REDUCTIONS[node.op]}({_tuple(axes)}{keep})"


def _clip(w: Writer, node: Node) -> str:
    x, low, high = (w.value(name) for name in node.inputs)
    return f"F.relu6({x})" if (low, high) == ("0.0", "6.0") else f"torch.clamp({x}, {low}, {high})"


def _extreme(w: Writer, node: Node) -> str:
    kind, function = ("min", "torch.maximum") if node.op == "Max" else ("max", "torch.minimum")
    for name, other in (node.inputs, node.inputs[::-1]):
        if w.is_literal(name):
            return f"torch.clamp({w.value(other)}, {kind}={w.value(name)})"
    return f"{function}({w.value(node.inputs[0])}, {w.value(node.inputs[1])})"


def _slice(w: Writer, node: Node) -> str:
    x = w.value(node.inputs[0])
    begins, ends, axes, strides = (w.numbers(name) for name in node.inputs[1:5])
    parts = [":"] * (max(axes) + 1)
    flipped = []
    for begin, end, axis, stride in zip(begins, ends, axes, strides, strict=True):
        if stride > 0:
            first = "" if begin == 0 else str(begin)
            parts[axis] = f"{first}:{'' if end > _FAR else end}{f':{stride}' if stride > 1 else ''}"
        elif stride == -1 and (begin == -1 or begin > _FAR) and end < -_FAR:
            flipped.append(axis)
        else:
            raise refuse.unimplemented(
                f"{node.source} takes every {stride}th element backwards, which PyTorch's slices cannot. Use --to onnx."
            )
    made = x if all(part == ":" for part in parts) else f"{x}[{', '.join(parts)}]"
    return f"{made}.flip({_tuple(flipped)})" if flipped else made


def _pad(w: Writer, node: Node) -> str:
    pads = w.numbers(node.inputs[1])
    rank = len(pads) // 2
    pairs = [(pads[axis], pads[axis + rank]) for axis in range(rank)][::-1]
    while len(pairs) > 1 and pairs[-1] == (0, 0):
        pairs.pop()
    numbers = ", ".join(str(number) for pair in pairs for number in pair)
    how = ', mode="reflect"' if node.attrs["mode"] == "reflect" else ""
    value = f", value={w.value(node.inputs[2])}" if len(node.inputs) > 2 else ""
    return f"F.pad({w.value(node.inputs[0])}, ({numbers}){how}{value})"


def _gather(w: Writer, node: Node) -> str:
    x, axis = w.value(node.inputs[0]), node.attrs["axis"]
    index = w.model.constants.get(node.inputs[1])
    if index is not None and index.array.ndim == 0:
        return f"{x}.select({axis}, {int(index.array)})"
    w.use("take")
    return f"take({x}, {w.tensor(node.inputs[1])}, {axis})"


def _resize(w: Writer, node: Node) -> str:
    x, size = w.value(node.inputs[0]), w.sizes(node.inputs[3])
    linear, where = node.attrs["mode"] == "linear", node.attrs["coordinate_transformation_mode"]
    if linear and where != "asymmetric":
        return f'F.interpolate({x}, {size}, mode="bilinear", align_corners={where == "align_corners"})'
    if not linear and where != "align_corners":
        return f'F.interpolate({x}, {size}, mode="{"nearest" if where == "asymmetric" else "nearest-exact"}")'
    w.use("resize")
    return f"resize({x}, {size}, linear={linear}, aligned={where == 'align_corners'})"


def _local_response(w: Writer, node: Node) -> str:
    a = node.attrs
    return (
        f"F.local_response_norm({w.value(node.inputs[0])}, {a['size']}, alpha={a['alpha']:.9g}, "
        f"beta={a['beta']:.9g}, k={a['bias']:.9g})"
    )


def _running_sum(w: Writer, node: Node) -> str:
    x, axis = w.value(node.inputs[0]), w.numbers(node.inputs[1])[0]
    made = f"{x}.flip({axis}).cumsum({axis}).flip({axis})" if node.attrs["reverse"] else f"{x}.cumsum({axis})"
    return f"{made} - {x}" if node.attrs["exclusive"] else made


def _helper(name: str) -> Line:
    def write(w: Writer, node: Node) -> str:
        w.use(name)
        return f"{name}({w.value(node.inputs[0])}, {node.attrs['blocksize']})"

    return write


def _cast(w: Writer, node: Node) -> str:
    return f"{w.value(node.inputs[0])}.to({torch_type(node.attrs['to'])})"


def _top_k(w: Writer, node: Node) -> str:
    return f"torch.topk({w.value(node.inputs[0])}, {w.sizes(node.inputs[1])}[0], dim={node.attrs['axis']})"


def _squeeze(w: Writer, node: Node) -> str:
    return f"{w.value(node.inputs[0])}.squeeze({_tuple(w.numbers(node.inputs[1]))})"


def _where(w: Writer, node: Node) -> str:
    return f"torch.where({w.value(node.inputs[0])}, {w.tensor(node.inputs[1])}, {w.tensor(node.inputs[2])})"


def _concat(w: Writer, node: Node) -> str:
    return f"torch.cat([{', '.join(w.tensor(name) for name in node.inputs)}], dim={node.attrs['axis']})"


def _tuple(numbers: list[int]) -> str:
    return str(numbers[0]) if len(numbers) == 1 else f"({', '.join(map(str, numbers))})"


def torch_type(dtype: np.dtype[Any]) -> str:
    return f"torch.{'bool' if dtype == np.bool_ else dtype.name}"


_LINES: dict[str, Line] = {
    **dict.fromkeys((*_REDUCTIONS, "ReduceProd"), _reduction),
    "Clip": _clip,
    "Max": _extreme,
    "Min": _extreme,
    "Slice": _slice,
    "Pad": _pad,
    "Gather": _gather,
    "Resize": _resize,
    "LRN": _local_response,
    "CumSum": _running_sum,
    "DepthToSpace": _helper("depth_to_space"),
    "SpaceToDepth": _helper("space_to_depth"),
    "Cast": _cast,
    "TopK": _top_k,
    "Squeeze": _squeeze,
    "Where": _where,
    "Concat": _concat,
    "Identity": lambda w, n: w.value(n.inputs[0]),
    "IntDiv": lambda w, n: f'torch.div({w.value(n.inputs[0])}, {w.value(n.inputs[1])}, rounding_mode="trunc")',
    "LeakyRelu": lambda w, n: f"F.leaky_relu({w.value(n.inputs[0])}, {n.attrs['alpha']:.9g})",
    "Softmax": lambda w, n: f"torch.softmax({w.value(n.inputs[0])}, {n.attrs['axis']})",
    "LogSoftmax": lambda w, n: f"torch.log_softmax({w.value(n.inputs[0])}, {n.attrs['axis']})",
    "Transpose": lambda w, n: f"{w.value(n.inputs[0])}.permute({', '.join(map(str, n.attrs['perm']))})",
    "Reshape": lambda w, n: f"{w.value(n.inputs[0])}.reshape({w.sizes(n.inputs[1])})",
    "Unsqueeze": lambda w, n: f"{w.tensor(n.inputs[0])}.unsqueeze({w.numbers(n.inputs[1])[0]})",
    "Split": lambda w, n: f"torch.split({w.value(n.inputs[0])}, {w.sizes(n.inputs[1])}, dim={n.attrs['axis']})",
    "Tile": lambda w, n: f"torch.tile({w.value(n.inputs[0])}, {w.sizes(n.inputs[1])})",
    "Shape": lambda w, n: f"torch.tensor({w.value(n.inputs[0])}.shape)",
    "Size": lambda w, n: f"torch.tensor({w.value(n.inputs[0])}.numel())",
    "Expand": lambda w, n: f"{w.tensor(n.inputs[0])}.expand({w.sizes(n.inputs[1])})",
    "Range": lambda w, n: f"torch.arange({', '.join(w.value(name) for name in n.inputs)})",
    "GatherND": lambda w, n: f"{w.value(n.inputs[0])}[{w.tensor(n.inputs[1])}.unbind(-1)]",
    "ArgMax": lambda w, n: f"{w.value(n.inputs[0])}.argmax({n.attrs['axis']})",
    "ArgMin": lambda w, n: f"{w.value(n.inputs[0])}.argmin({n.attrs['axis']})",
}
