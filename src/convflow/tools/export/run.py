"""`convflow export`: reads a network, writes it for others, and compares."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from google.protobuf import text_format

from convflow.formats import files
from convflow.tools.export import converters, fusion, layout, network, onnx_file, refuse, source, validate
from convflow.tools.export.ir import Model, value_name
from convflow.tools.export.network import Network
from convflow.tools.export.optional import require
from convflow.tools.export.torch_code import to_module

TARGETS = ("onnx", "torch", "graphdef")
TOLERANCE = 1e-4
_SUFFIXES = {"onnx": ".onnx", "torch": ".py", "graphdef": ".frozen.pb"}
_TEXT = (".pbtxt", ".txt")


@dataclass(frozen=True)
class Request:
    """What the command line asked for; names and values as in `network.cut`."""

    path: str
    target: str
    output: str | None = None
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    fixed: Mapping[str, str] = field(default_factory=dict)
    shapes: Mapping[str, tuple[int | None, ...]] = field(default_factory=dict)
    tolerance: float = TOLERANCE


@dataclass(frozen=True)
class Result:
    """What was written, and how it compares.

    Attributes:
        differences: one for each output; None if nothing could run the file.
        within: whether all of them are within the tolerance.
        notice: what a person must know.
    """

    files: tuple[str, ...]
    nodes: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    differences: tuple[validate.Difference, ...] | None = None
    within: bool = True
    notice: str = ""


def export(request: Request) -> Result:
    """Writes the network and compares it with convflow on random input.

    Raises:
        OpError: nothing could be written; the class and the message say why.
        OSError: a file of the source is missing or damaged.
    """
    if request.target not in TARGETS:
        raise refuse.invalid(f"--to {request.target}: there is no such format. Choose one of {', '.join(TARGETS)}.")
    found = source.read(request.path, request.outputs)
    net = network.cut(found, request.inputs, request.fixed, request.shapes)
    path = request.output or _default_output(request)
    folder = os.path.dirname(path)
    if folder:
        with files.os_errors("make the folder", folder):
            os.makedirs(folder, exist_ok=True)
    write = {"onnx": _write_onnx, "torch": _write_torch, "graphdef": _write_graph}[request.target]
    return write(net, path, request)


def model_of(net: Network, target: str) -> Model:
    """The network's nodes as ONNX has them, NCHW inside."""
    model = converters.build(net, target, keep_variables=target == "PyTorch")
    layout.simplify(model)
    fusion.fuse_biases(model)
    model.name_constants()
    return model


def _default_output(request: Request) -> str:
    stem = os.path.basename(os.path.normpath(request.path))
    for suffix in (".pbtxt", ".pb", ".graphdef", ".meta", ".index"):
        stem = stem.removesuffix(suffix)
    name = f"{stem}{_SUFFIXES[request.target]}"
    return name.replace("-", "_").replace(".", "_", name.count(".") - 1) if request.target == "torch" else name


def _write_onnx(net: Network, path: str, request: Request) -> Result:
    model = model_of(net, "ONNX")
    proto = onnx_file.to_onnx(model, os.path.splitext(os.path.basename(path))[0], _notes(net))
    onnx_file.write(proto, path)
    feeds, values = validate.reference(net)
    made = validate.run_onnx(model, path, feeds)
    if made is None:
        notice = (
            "onnxruntime is not installed: the file was only checked by onnx, its values were not compared. "
            "Install it with: pip install 'convflow[export]'"
        )
        return _result(net, (path,), len(model.nodes), notice=notice)
    return _compared(net, (path,), len(model.nodes), made, values, request)


def _write_torch(net: Network, path: str, request: Request) -> Result:
    safetensors = require("safetensors.numpy")
    stem = path.removesuffix(".py").removesuffix(".safetensors")
    code, tensors = f"{stem}.py", f"{stem}.safetensors"
    model = model_of(net, "PyTorch")
    text, state = to_module(model, f"{net.source.where} as a PyTorch module", os.path.basename(tensors))
    files.write_atomically(tensors, safetensors.save(state))
    files.write_atomically(code, text.encode())
    feeds, values = validate.reference(net)
    made = validate.run_torch(model, code, feeds)
    return _compared(net, (code, tensors), len(model.nodes), made, values, request)


def _write_graph(net: Network, path: str, request: Request) -> Result:
    del request
    text = text_format.MessageToString(net.graph_def).encode() if path.endswith(_TEXT) else None
    files.write_atomically(path, text if text is not None else net.graph_def.SerializeToString())
    return _result(net, (path,), len(net.graph_def.node))


def _compared(net: Network, paths: tuple[str, ...], nodes: int, made: list, values: list, request: Request) -> Result:
    names = [value_name(tensor.name) for tensor in net.outputs]
    found = tuple(validate.differences(names, made, values))
    return _result(net, paths, nodes, found, all(each.within(request.tolerance) for each in found))


def _result(
    net: Network,
    paths: Iterable[str],
    nodes: int,
    differences: tuple[validate.Difference, ...] | None = None,
    within: bool = True,
    notice: str = "",
) -> Result:
    inputs = tuple(value_name(tensor.name) for tensor in net.inputs)
    outputs = tuple(value_name(tensor.name) for tensor in net.outputs)
    return Result(tuple(paths), nodes, inputs, outputs, differences, within, notice)


def _notes(net: Network) -> dict[str, str]:
    """The names that a SavedModel's signature has for inputs and outputs."""
    return {f"signature.{key}": value_name(name) for name, key in net.source.signature.items()}
