"""Describe a graph as plain JSON, node by node in creation order.

The same file runs on both sides of a comparison: imported here, and as a script under the oracle's Python
(`ORACLE_PYTHON parity_dump.py PROGRAM.py OUT.json`), which has TensorFlow but not this package. It therefore
imports the standard library and NumPy only and is handed the `tf` module to build with.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import math
import os
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np

# Longer constants are described by a checksum of their bytes, which keeps recorded graphs small.
LONGEST_LISTED = 50

# Written when a graph is exported, or a note of TensorFlow 2 to itself that 1.15 did not make.
UNSTABLE_ATTRS = frozenset({"_output_shapes", "_has_manual_control_dependencies", "debug_name"})

_NUMPY_OF_DTYPE = {
    "DT_FLOAT": "f4",
    "DT_DOUBLE": "f8",
    "DT_INT32": "i4",
    "DT_UINT8": "u1",
    "DT_INT16": "i2",
    "DT_INT8": "i1",
    "DT_COMPLEX64": "c8",
    "DT_INT64": "i8",
    "DT_BOOL": "?",
    "DT_UINT16": "u2",
    "DT_COMPLEX128": "c16",
    "DT_HALF": "f2",
    "DT_BFLOAT16": "u2",
    "DT_UINT32": "u4",
    "DT_UINT64": "u8",
}


def load_oracle() -> Any:
    """TensorFlow's `compat.v1` in graph mode, `tf.layers` from the legacy Keras, deprecations silenced."""
    os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.simplefilter("ignore")
    import tensorflow.compat.v1 as tf

    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    # Loaded lazily by an `import tensorflow`, which must still find the real package.
    getattr(tf.layers, "Dense")  # noqa: B009
    return tf


def dump_program(path: Path, tf: Any) -> dict[str, Any]:
    """Build `build(tf)` of the Python file at `path` in a graph of its own and describe that graph."""
    spec = importlib.util.spec_from_file_location(f"parity_program_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file: expected a program that defines build(tf)")
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    if not hasattr(program, "build"):
        raise AttributeError(f"{path} defines no build(tf): the function that builds the graph to compare")
    graph = tf.Graph()
    with graph.as_default():
        program.build(tf)
    return {"producer": str(tf.__version__), **dump_graph(graph)}


def dump_graph(graph: Any) -> dict[str, Any]:
    """Nodes in creation order, the attribute defaults of their op types, and the names in collections."""
    operations = graph.get_operations()
    defaults: dict[str, dict[str, Any]] = {}
    for op in operations:
        if op.type not in defaults:
            defaults[op.type] = attr_defaults(op)
    return {
        "nodes": [node(op) for op in operations],
        "defaults": dict(sorted(defaults.items())),
        "collections": collections(graph),
    }


def node(op: Any) -> dict[str, Any]:
    """One node: name, type, inputs (control inputs as `^name`), device, attributes, outputs."""
    definition = op.node_def
    attrs = {key: attr_value(definition.attr[key]) for key in sorted(definition.attr)}
    return {
        "name": op.name,
        "op": op.type,
        "input": list(definition.input),
        "device": op.device,
        "attr": {key: value for key, value in attrs.items() if key not in UNSTABLE_ATTRS},
        "output": [[tensor.dtype.name, static_shape(tensor)] for tensor in op.outputs],
    }


def static_shape(tensor: Any) -> list[int | None] | None:
    shape = tensor.get_shape()
    return None if shape.ndims is None else list(shape.as_list())


def attr_defaults(op: Any) -> dict[str, Any]:
    """Attribute defaults of an op type, from its OpDef message."""
    attrs = op.op_def.attr
    return {attr.name: attr_value(attr.default_value) for attr in attrs if attr.HasField("default_value")}


def collections(graph: Any) -> dict[str, list[str]]:
    """The names of the graph elements in each collection; members without a name are left out."""
    found = {}
    for key in graph.get_all_collection_keys():
        if isinstance(key, str) and not key.startswith("__"):
            members = [str(item.name) for item in graph.get_collection(key) if hasattr(item, "name")]
            if members:
                found[key] = members
    return dict(sorted(found.items()))


def attr_value(value: Any) -> Any:
    """An AttrValue message as JSON."""
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    if kind == "list":
        for field in ("s", "i", "f", "b", "type", "shape", "tensor", "func"):
            items = getattr(value.list, field)
            if len(items):
                return [_scalar(field, item, value.list) for item in items]
        return []
    return _scalar(kind, getattr(value, kind), value)


def _scalar(kind: str, item: Any, message: Any) -> Any:
    if kind == "s":
        return _text(item)
    if kind == "f":
        return number(item)
    if kind == "type":
        return {"type": _type_name(message, item)}
    if kind == "shape":
        return {"shape": None if item.unknown_rank else [dim.size for dim in item.dim]}
    if kind == "tensor":
        return tensor_value(item)
    if kind == "func":
        return {"func": item.name}
    return item


def _type_name(message: Any, number_: int) -> str:
    field = next(field for field in message.DESCRIPTOR.fields if field.name in ("type", "dtype"))
    return field.enum_type.values_by_number[number_].name


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return "0x" + value.hex()


def number(value: Any) -> Any:
    """A number as JSON has it; NaN and infinities as words."""
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    if isinstance(value, complex):
        return [number(value.real), number(value.imag)]
    return value


def tensor_value(message: Any) -> dict[str, Any]:
    """A TensorProto: type, shape and its values, or a checksum of them when there are many."""
    name = _type_name(message, message.dtype)
    shape = [dim.size for dim in message.tensor_shape.dim]
    count = math.prod(shape)
    described: dict[str, Any] = {"dtype": name, "shape": shape}
    if name == "DT_STRING":
        texts = [_text(item) for item in message.string_val]
        values: Any = texts * count if len(texts) == 1 else texts
        raw = "\0".join(values).encode("utf-8", "surrogateescape")
    else:
        array = _elements(message, name, count)
        values = [number(item) for item in array.tolist()]
        raw = array.tobytes()
    if count > LONGEST_LISTED:
        described["sha256"] = hashlib.sha256(raw).hexdigest()
    else:
        described["values"] = values
    return described


def _elements(message: Any, name: str, count: int) -> np.ndarray:
    dtype = np.dtype("<" + _NUMPY_OF_DTYPE[name]) if name in _NUMPY_OF_DTYPE else None
    if dtype is None:
        raise ValueError(f"a constant of type {name} cannot be described: expected one of {list(_NUMPY_OF_DTYPE)}")
    if message.tensor_content:
        return np.frombuffer(message.tensor_content, dtype)
    field = {
        "DT_FLOAT": "float_val",
        "DT_DOUBLE": "double_val",
        "DT_INT64": "int64_val",
        "DT_BOOL": "bool_val",
        "DT_HALF": "half_val",
        "DT_BFLOAT16": "half_val",
        "DT_COMPLEX64": "scomplex_val",
        "DT_COMPLEX128": "dcomplex_val",
        "DT_UINT32": "uint32_val",
        "DT_UINT64": "uint64_val",
    }.get(name, "int_val")
    stored = list(getattr(message, field))
    if field == "half_val":
        given = np.asarray(stored, np.uint16).view(dtype)
    elif field in ("scomplex_val", "dcomplex_val"):
        given = np.asarray([complex(a, b) for a, b in zip(stored[::2], stored[1::2], strict=True)], dtype)
    else:
        given = np.asarray(stored, dtype)
    # A message may leave out trailing elements that repeat the last one, and all of them when they are zero.
    values = np.zeros(count, dtype)
    values[: len(given)] = given[:count]
    if 0 < len(given) < count:
        values[len(given) :] = given[-1]
    return values


def write(dump: dict[str, Any], path: Path) -> None:
    """Write a dump as JSON, a node a line, so that two of them can be read side by side."""
    lines = ",\n".join(json.dumps(item, separators=(",", ":")) for item in dump["nodes"])
    rest = {key: value for key, value in dump.items() if key != "nodes"}
    head = ",\n".join(f"{json.dumps(k)}:{json.dumps(v, separators=(',', ':'))}" for k, v in rest.items())
    partial = path.with_name(path.name + ".partial")
    partial.write_text(f'{{{head},\n"nodes":[\n{lines}\n]}}\n', encoding="utf-8")
    os.replace(partial, path)


if __name__ == "__main__":
    write(dump_program(Path(sys.argv[1]), load_oracle()), Path(sys.argv[2]))
