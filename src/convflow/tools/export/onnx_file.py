"""Models as ONNX files (https://onnx.ai)."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.formats import files
from convflow.tools.export import refuse
from convflow.tools.export.ir import Model, Node, Port
from convflow.tools.export.optional import require

# The newest pair that the runtimes of two years read; all that is used here is in it.
OPSET = 21
IR_VERSION = 10
# ONNX tells divisions apart by type.
_OPS = {"IntDiv": "Div"}
# Where the sizes of batch and channels stand in a shape.
_FIRST, _THIRD = "convflow/first", "convflow/third"
# A protobuf message cannot be longer.
_LARGEST = 2**31 - 1


def to_onnx(model: Model, name: str, notes: dict[str, str]) -> Any:
    """The `onnx.ModelProto` of a model, checked by ONNX's own checker.

    Args:
        name: the graph's name.
        notes: written to the file's metadata.

    Raises:
        UnimplementedError: it holds a type that ONNX has not, or is larger than 2 GiB.
        FailedPreconditionError: the package onnx is not installed.
    """
    onnx = require("onnx")
    helper = onnx.helper
    size = sum(constant.array.nbytes for constant in model.constants.values())
    if size > _LARGEST:
        raise refuse.unimplemented(
            f"The network's values take {size} bytes; an ONNX file holds {_LARGEST}. Export its parts with --inputs "
            "and --outputs."
        )
    graph = helper.make_graph(
        [made for node in model.nodes for made in _nodes(onnx, node)],
        name,
        [_port(onnx, port) for port in model.inputs],
        [_port(onnx, port) for port in model.outputs],
        [onnx.numpy_helper.from_array(_plain(value), key) for key, value in _values(model).items()],
    )
    proto = helper.make_model(
        graph,
        producer_name="convflow",
        producer_version=version("convflow"),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
    )
    helper.set_model_props(proto, notes)
    onnx.checker.check_model(proto, full_check=True)
    return proto


def write(proto: Any, path: str) -> None:
    files.write_atomically(path, proto.SerializeToString())


def _plain(array: np.ndarray) -> np.ndarray:
    if array.dtype.kind in "OSU":
        raise refuse.unimplemented("The network holds strings, which cannot be exported. Choose --outputs without.")
    return array


def _element_type(onnx: Any, dtype: np.dtype[Any]) -> int:
    return int(onnx.helper.np_dtype_to_tensor_dtype(dtype))


def _values(model: Model) -> dict[str, np.ndarray]:
    values = {key: constant.array for key, constant in model.constants.items()}
    if any(node.op == "Resize" for node in model.nodes):
        values |= {_FIRST: np.array([0], np.int64), _THIRD: np.array([2], np.int64)}
    return values


def _nodes(onnx: Any, node: Node) -> list[Any]:
    if node.op != "Resize":
        return [_node(onnx, node)]
    # All four sizes: onnxruntime 1.31 refuses a Resize with `axes` and `sizes` between two Transposes.
    image, sizes = node.inputs[0], node.inputs[3]
    shape, kept, whole = (f"{node.outputs[0]}/{part}" for part in ("shape", "kept", "sizes"))
    attrs = {key: value for key, value in node.attrs.items() if key != "axes"}
    parts = [
        Node("Shape", [image], [shape], {}, node.source),
        Node("Slice", [shape, _FIRST, _THIRD], [kept], {}, node.source),
        Node("Concat", [kept, sizes], [whole], {"axis": 0}, node.source),
        Node("Resize", [image, "", "", whole], node.outputs, attrs, node.source),
    ]
    return [_node(onnx, part) for part in parts]


def _node(onnx: Any, node: Node) -> Any:
    attrs = {
        key: _element_type(onnx, value) if isinstance(value, np.dtype) else value for key, value in node.attrs.items()
    }
    kind = _OPS.get(node.op, node.op)
    return onnx.helper.make_node(kind, node.inputs, node.outputs, name=node.outputs[0], **attrs)


def _port(onnx: Any, port: Port) -> Any:
    if port.dtype in (dtypes.string, dtypes.resource, dtypes.variant):
        raise refuse.unimplemented(
            f"{port.name} is of type {port.dtype.name}, which an exported network cannot take or give. Choose "
            "--inputs and --outputs of numbers, as after decoding."
        )
    element = _element_type(onnx, np.dtype(port.dtype.as_numpy_dtype))
    # A name for each unknown size: equal names would promise equal sizes.
    sizes = [f"{port.name}_{axis}" if size is None else size for axis, size in enumerate(port.shape)]
    if sizes and port.shape[0] is None:
        sizes[0] = "batch"
    return onnx.helper.make_tensor_value_info(port.name, element, sizes)
