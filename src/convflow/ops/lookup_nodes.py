"""The nodes of tables (API: tf.lookup, tf.contrib.lookup): making, filling, asking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.core import values
from convflow.core.compat import as_str_any
from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation
from convflow.ops import lookup_files, rules
from convflow.ops.lookup_resource import TableResource

_NAMES = "container: string = ''; shared_name: string = ''; use_node_name_sharing: bool = false; "
_TYPES = "key_dtype: type; value_dtype: type"
_DENSE = "; value_shape: shape = []; initial_num_buckets: int = 131072; max_load_factor: float = 0.800000012"


def _table(op: Operation, store: Any, is_mutable: bool) -> Callable[..., TableResource]:
    attrs = op.attrs
    name = as_str_any(attrs["shared_name"])
    key = ("table", as_str_any(attrs["container"]), name) if name else ("table", op.name)
    shape = tuple(attrs["value_shape"].as_list()) if "value_shape" in attrs else ()

    def make(*reserved: Any) -> TableResource:
        keys = tuple(values.to_numpy(item).item() for item in reserved)
        return store.resource(
            key,
            lambda: TableResource(name or op.name, attrs["key_dtype"], attrs["value_dtype"], is_mutable, shape, keys),
        )

    return make


def _register_table(op_type: str, is_mutable: bool, more: str = "", inputs: tuple[str, str] = ("", "")) -> None:
    """The node of a table, and the one that programs before 1.0 have: its handle is a reference to two strings."""
    for version, handle, shape in (
        ("", "Ref(string)", lambda ctx: [TensorShape([2])]),
        ("V2", "resource", rules.scalar_output),
    ):
        register_op(
            op_type + version,
            inputs=inputs[0] + (inputs[1] if version else ""),
            outputs=f"table_handle: {handle}",
            attrs=_NAMES + _TYPES + more,
            shape=shape,
            kernel=lambda op, store: _table(op, store, is_mutable),
            gradient=NOT_DIFFERENTIABLE,
            stateful=True,
        )


_register_table("HashTable", False)
_register_table("MutableHashTable", True)
_register_table("MutableHashTableOfTensors", True, "; value_shape: shape = []")
_register_table("MutableDenseHashTable", True, _DENSE, ("empty_key: key_dtype", "; deleted_key: key_dtype"))


def _array(value: Any) -> np.ndarray:
    return values.to_numpy(value)


def _check_types(op: Operation, table: TableResource, keys: str, found: str | None = None) -> None:
    """TensorFlow's refusal of keys or values that are not of the table's types."""
    wanted = [(keys, table.key_dtype), (found, table.value_dtype)]
    for attr, dtype in wanted:
        if attr is not None and op.attrs[attr] != dtype:
            raise ValueError(
                f"{op.name}: table {table.name} has keys of type {table.key_dtype.name} and values of type "
                f"{table.value_dtype.name}, got {op.attrs[attr].name}. Use tensors of the table's types."
            )


def _find_kernel(op: Operation, store: Any) -> Callable[..., Any]:
    def find(table: TableResource, keys: Any, default_value: Any) -> Any:
        _check_types(op, table, "Tin", "Tout")
        return values.from_numpy(table.find(_array(keys), _array(default_value)))

    return find


def _find_shape(ctx: InferenceContext) -> list[TensorShape]:
    # A dense table's keys may be vectors; a value's shape is that of the default.
    return [ctx.input(1).concatenate(ctx.input(2))]


def _filling(name: str) -> Callable[..., Any]:
    def kernel(op: Operation, store: Any) -> Callable[..., None]:
        keys_type, values_type = ("Tkey", "Tval") if name == "initialize" else ("Tin", "Tout")

        def fill(table: TableResource, keys: Any, contents: Any) -> None:
            _check_types(op, table, keys_type, values_type)
            getattr(table, name)(_array(keys), _array(contents))

        return fill

    return kernel


def _remove_kernel(op: Operation, store: Any) -> Callable[..., None]:
    def remove(table: TableResource, keys: Any) -> None:
        _check_types(op, table, "Tin")
        table.remove(_array(keys))

    return remove


def _export_kernel(op: Operation, store: Any) -> Callable[..., Any]:
    return lambda table: tuple(values.from_numpy(part) for part in table.export())


def _text_file_kernel(op: Operation, store: Any) -> Callable[..., None]:
    attrs = op.attrs
    columns = (attrs["key_index"], attrs["value_index"])

    def fill(table: TableResource, filename: Any) -> None:
        types = (table.key_dtype, table.value_dtype)
        path = as_str_any(_array(filename).item())
        table.initialize(
            *lookup_files.entries(path, columns, types, attrs["vocab_size"], as_str_any(attrs["delimiter"]))
        )

    return fill


def _register(
    op_type: str, inputs: str, outputs: str, attrs: str, shape: Any, kernel: Any, gradient: Any = NOT_DIFFERENTIABLE
) -> None:
    signature: dict[str, Any] = {"outputs": outputs, "attrs": attrs, "gradient": gradient}
    register_op(
        f"{op_type}V2", inputs=f"table_handle: resource{inputs}", shape=shape, kernel=kernel, stateful=True, **signature
    )
    # Of old programs: nothing could be removed from tables, and TensorFlow does not say the shape of what is found.
    if op_type != "LookupTableRemove":
        register_op(
            op_type,
            inputs=f"table_handle: Ref(string){inputs}",
            shape=_unknown_shape if op_type == "LookupTableFind" else shape,
            kernel=lambda op: kernel(op, None),
            **signature,
        )


def _unknown_shape(ctx: InferenceContext) -> list[TensorShape]:
    return [unknown_shape()]


_PAIR = "Tin: type; Tout: type"
_register("LookupTableFind", "; keys: Tin; default_value: Tout", "values: Tout", _PAIR, _find_shape, _find_kernel)
_register("LookupTableInsert", "; keys: Tin; values: Tout", "", _PAIR, rules.no_output, _filling("insert"))
_register(
    "LookupTableImport", "; keys: Tin; values: Tout", "", _PAIR, rules.no_output, _filling("replace"), NO_GRADIENT
)
_register(
    "InitializeTable",
    "; keys: Tkey; values: Tval",
    "",
    "Tkey: type; Tval: type",
    rules.no_output,
    _filling("initialize"),
)
_register("LookupTableRemove", "; keys: Tin", "", "Tin: type", rules.no_output, _remove_kernel, NO_GRADIENT)
_register(
    "LookupTableSize",
    "",
    "size: int64",
    "",
    rules.scalar_output,
    lambda op, store: lambda table: torch.tensor(table.size()),
)
_register(
    "LookupTableExport",
    "",
    "keys: Tkeys; values: Tvalues",
    "Tkeys: type; Tvalues: type",
    lambda ctx: [unknown_shape(), unknown_shape()],
    _export_kernel,
    NO_GRADIENT,
)
_register(
    "InitializeTableFromTextFile",
    "; filename: string",
    "",
    "key_index: int >= -2; value_index: int >= -2; vocab_size: int = -1 >= -1; delimiter: string = '\\t'; "
    "offset: int = 0",
    rules.no_output,
    _text_file_kernel,
)
