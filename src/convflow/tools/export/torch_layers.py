"""Convolutions, dense layers, batch normalisation and pooling as PyTorch's modules and functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from convflow.tools.export.ir import Node
from convflow.tools.export.torch_state import layer_path, norm_path

if TYPE_CHECKING:
    from convflow.tools.export.torch_code import Writer

_ONE = [1, 1]


def is_layer(node: Node) -> bool:
    return node.op in _LAYERS


def layer(writer: Writer, node: Node) -> str:
    """The expression of a node that may be a module of its own."""
    return _LAYERS[node.op](writer, node)


def _pair(numbers: list[int]) -> str:
    return str(numbers[0]) if numbers[0] == numbers[1] else f"({numbers[0]}, {numbers[1]})"


def _geometry(node: Node, padding: list[int]) -> str:
    """The arguments after the window's that are not PyTorch's defaults."""
    a = node.attrs
    parts = [
        f"stride={_pair(a['strides'])}" if a["strides"] != _ONE else "",
        f"padding={_pair(padding)}" if padding != [0, 0] else "",
        f"output_padding={_pair(a['output_padding'])}" if a.get("output_padding", [0, 0]) != [0, 0] else "",
        f"dilation={_pair(a['dilations'])}" if a["dilations"] != _ONE else "",
        f"groups={a['group']}" if a["group"] != 1 else "",
    ]
    return "".join(f", {part}" for part in parts if part)


def _type(values: dict[str, np.ndarray]) -> str:
    """The argument that says a layer's type, where it is not PyTorch's default."""
    dtype = values["weight"].dtype
    return "" if dtype == np.float32 else f", dtype=torch.{dtype.name}"


def _bias(values: dict[str, np.ndarray]) -> str:
    return "" if "bias" in values else ", bias=False"


def _tensors(writer: Writer, node: Node) -> dict[str, np.ndarray]:
    names = dict(zip(("weight", "bias"), node.inputs[1:], strict=False))
    return {key: writer.model.constants[name].array for key, name in names.items()}


def _padded(w: Writer, node: Node, value: str = "0.0") -> tuple[str, list[int]]:
    """The input, padded where PyTorch cannot do it by itself, and the padding that is left to PyTorch."""
    x = w.value(node.inputs[0])
    a = node.attrs
    fill = "" if value == "0.0" else f", value={value}"
    if "auto_pad" in a:
        w.use("same_padding")
        rates = a.get("dilations", _ONE)
        return f"same_padding({x}, {a['kernel_shape']}, {a['strides']}, {rates}{fill})", [0, 0]
    top, left, bottom, right = a["pads"]
    fits = node.op == "Conv" or (2 * top <= a["kernel_shape"][0] and 2 * left <= a["kernel_shape"][1])
    if (top, left) == (bottom, right) and fits:
        return x, [top, left]
    return f"F.pad({x}, ({left}, {right}, {top}, {bottom}){fill})", [0, 0]


def _convolution(w: Writer, node: Node) -> str:
    x, padding = _padded(w, node)
    geometry = _geometry(node, padding)
    path = layer_path(w.model, node)
    if path is not None:
        values = _tensors(w, node)
        shape = values["weight"].shape
        rest = f"{geometry}{_bias(values)}{_type(values)}"
        channels = shape[1] * node.attrs["group"]
        call = f"nn.Conv2d({channels}, {shape[0]}, {_pair(node.attrs['kernel_shape'])}{rest})"
        made = w.state.layer(path, call, values)
        if made is not None:
            return f"{made}({x})"
    weights = ", ".join(w.tensor(name) for name in node.inputs[1:])
    return f"F.conv2d({x}, {weights}{geometry})"


def _transposed_convolution(w: Writer, node: Node) -> str:
    x = w.value(node.inputs[0])
    top, left, bottom, right = node.attrs["pads"]
    same = (top, left) == (bottom, right)
    geometry = _geometry(node, [top, left] if same else [0, 0])
    cut = "" if same else f"[:, :, {top}:{-bottom or ''}, {left}:{-right or ''}]"
    path = layer_path(w.model, node)
    if path is not None:
        values = _tensors(w, node)
        shape = values["weight"].shape
        rest = f"{geometry}{_bias(values)}{_type(values)}"
        call = f"nn.ConvTranspose2d({shape[0]}, {shape[1]}, {_pair(node.attrs['kernel_shape'])}{rest})"
        made = w.state.layer(path, call, values)
        if made is not None:
            return f"{made}({x}){cut}"
    weights = ", ".join(w.tensor(name) for name in node.inputs[1:])
    return f"F.conv_transpose2d({x}, {weights}{geometry}){cut}"


def _dense(w: Writer, node: Node) -> str:
    x, path = w.value(node.inputs[0]), layer_path(w.model, node)
    if path is not None:
        values = _tensors(w, node)
        count, size = values["weight"].shape
        made = w.state.layer(path, f"nn.Linear({size}, {count}{_type(values)})", values)
        if made is not None:
            return f"{made}({x})"
    return f"F.linear({x}, {', '.join(w.tensor(name) for name in node.inputs[1:])})"


def _batch_norm(w: Writer, node: Node) -> str:
    x, epsilon = w.value(node.inputs[0]), f"{node.attrs['epsilon']:.9g}"
    path = norm_path(w.model, node)
    if path is not None:
        names = ("weight", "bias", "running_mean", "running_var")
        values = {key: w.model.constants[name].array for key, name in zip(names, node.inputs[1:], strict=True)}
        made = w.state.layer(path, f"nn.BatchNorm2d({len(values['bias'])}, eps={epsilon}{_type(values)})", values)
        if made is not None:
            # BatchNorm2d counts its training steps.
            w.state.values[".".join((*path, "num_batches_tracked"))] = np.asarray(0, np.int64)
            return f"{made}({x})"
    scale, shift, mean, variance = (w.tensor(name) for name in node.inputs[1:])
    return f"F.batch_norm({x}, {mean}, {variance}, {scale}, {shift}, eps={epsilon})"


def _max_pool(w: Writer, node: Node) -> str:
    x, padding = _padded(w, node, 'float("-inf")')
    extra = f", padding={_pair(padding)}" if padding != [0, 0] else ""
    return f"F.max_pool2d({x}, {_pair(node.attrs['kernel_shape'])}, {_pair(node.attrs['strides'])}{extra})"


def _average_pool(w: Writer, node: Node) -> str:
    a, x = node.attrs, w.value(node.inputs[0])
    window, stride = _pair(a["kernel_shape"]), _pair(a["strides"])
    _, padding = _padded(w, node)
    top, left, bottom, right = a.get("pads", [None] * 4)
    if padding == [top, left]:
        if padding == [bottom, right] == [0, 0]:
            return f"F.avg_pool2d({x}, {window}, {stride})"
        if padding == [bottom, right]:
            return f"F.avg_pool2d({x}, {window}, {stride}, padding={_pair(padding)}, count_include_pad=False)"
    w.use("average_pool")
    pads = None if "auto_pad" in a else (left, right, top, bottom)
    return f"average_pool({x}, {tuple(a['kernel_shape'])}, {tuple(a['strides'])}, {pads})"


_LAYERS: dict[str, Callable[[Writer, Node], str]] = {
    "Conv": _convolution,
    "ConvTranspose": _transposed_convolution,
    "Gemm": _dense,
    "BatchNormalization": _batch_norm,
    "MaxPool": _max_pool,
    "AveragePool": _average_pool,
}
