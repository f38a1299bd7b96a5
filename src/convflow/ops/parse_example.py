"""The nodes that take serialized examples apart (API: tf.parse_example, tf.parse_single_example)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convflow.core.shape import TensorShape, unknown_shape, vector
from convflow.formats import example
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation
from convflow.ops import example_values
from convflow.ops.example_values import Examples
from convflow.ops.parse_one import ParseOne

_TYPES = "list(type) in {float, int64, string} >= 0"


def sparse_shapes(count: int, rank: int) -> tuple[list[TensorShape], list[TensorShape], list[TensorShape]]:
    """The static shapes of the parts of `count` sparse tensors."""
    return [TensorShape([None, rank])] * count, [vector(None)] * count, [vector(rank)] * count


def _shape(ctx: InferenceContext) -> list[TensorShape]:
    serialized = ctx.input(0)
    if (serialized.rank or 0) > 1:
        raise ValueError(f"serialized must be a scalar or vector, got the shape {serialized}.")
    indices, found, shapes = sparse_shapes(ctx.attr("num_sparse"), 1 if serialized.rank == 0 else 2)
    types, split_types = ctx.attr("ragged_value_types"), ctx.attr("ragged_split_types")
    if serialized.rank is None:
        count = len(indices)
        indices, shapes = [unknown_shape(2)] * count, [unknown_shape(1)] * count
        dense = [unknown_shape()] * len(ctx.attr("dense_shapes"))
    elif serialized.rank == 0:
        dense = list(ctx.attr("dense_shapes"))
    else:
        dense = [_batched(serialized, shape) for shape in ctx.attr("dense_shapes")]
    splits = [vector(None)] * len(split_types)
    return [*indices, *found, *shapes, *dense, *([vector(None)] * len(types)), *splits]


def _batched(serialized: TensorShape, shape: TensorShape) -> TensorShape:
    return serialized.concatenate(shape)


def texts(array: Any) -> list[str]:
    return [item.decode(errors="surrogateescape") for item in np.asarray(array).reshape(-1)]


def _columns(
    op: Operation,
    serialized: np.ndarray,
    names: np.ndarray,
    keys: tuple[list[str], list[str], list[str]],
    defaults: Any,
) -> tuple[Any, ...]:
    is_batch = serialized.ndim > 0
    examples = Examples(example.RawExample, serialized.reshape(-1).tolist(), names.reshape(-1).tolist())
    features = [message.features.feature for message in examples.messages]
    sparse_keys, dense_keys, ragged_keys = keys
    triples = [
        example_values.sparse(examples.column(features, key, dtype), dtype, is_batch)
        for key, dtype in zip(sparse_keys, op.attrs["sparse_types"], strict=True)
    ]
    dense = []
    described = zip(dense_keys, op.attrs["Tdense"], op.attrs["dense_shapes"], defaults, strict=True)
    for key, dtype, shape, default in described:
        column = examples.column(features, key, dtype)
        is_long = shape.rank and shape[0].value is None
        make = example_values.padded if is_long else example_values.dense
        value = make(examples, column, key, dtype, shape, default)
        dense.append(value if is_batch else value[0] if value.ndim > 1 else value.reshape(()))
    pairs = [
        example_values.ragged(examples.column(features, key, dtype), dtype, split_type)
        for key, dtype, split_type in zip(
            ragged_keys, op.attrs.get("ragged_value_types", ()), op.attrs.get("ragged_split_types", ()), strict=True
        )
    ]
    parts = [[triple[part] for triple in triples] for part in range(3)]
    lists = [[pair[part] for pair in pairs] for part in range(2)]
    return (*parts[0], *parts[1], *parts[2], *dense, *lists[0], *lists[1])


class _OneByOne:
    """The short way for one example, made again when a run has other keys."""

    def __init__(self, op: Operation) -> None:
        self._op = op
        # Keys and way change at once, for threads.
        self._made: tuple[list[bytes], list[bytes], ParseOne] | None = None

    def __call__(self, serialized: Any, sparse_keys: Any, dense_keys: Any, defaults: tuple[Any, ...]) -> Any:
        sparse, dense, made = sparse_keys.tolist(), dense_keys.tolist(), self._made
        if made is None or made[0] != sparse or made[1] != dense:
            attrs = self._op.attrs
            described = zip(texts(dense_keys), attrs["Tdense"], attrs["dense_shapes"], strict=True)
            parse = ParseOne(list(described), list(zip(texts(sparse_keys), attrs["sparse_types"], strict=True)))
            self._made = made = sparse, dense, parse
        return made[2](serialized.item(), defaults) if made[2].is_usual else None


def _v2_kernel(op: Operation) -> Callable[..., Any]:
    # Nodes of scalars alone: a batch has its own way, all examples at once.
    one_by_one = None if op.attrs.get("ragged_value_types") else _OneByOne(op)

    def parse(serialized: Any, names: Any, sparse_keys: Any, dense_keys: Any, ragged_keys: Any, *defaults: Any) -> Any:
        if one_by_one is not None and not serialized.ndim:
            found = one_by_one(serialized, sparse_keys, dense_keys, defaults)
            if found is not None:
                return found
        keys = (texts(sparse_keys), texts(dense_keys), texts(ragged_keys))
        return _columns(op, serialized, names, keys, defaults)

    return parse


register_op(
    "ParseExampleV2",
    inputs=(
        "serialized: string; names: string; sparse_keys: string; dense_keys: string; ragged_keys: string; "
        "dense_defaults: (Tdense...)"
    ),
    outputs=(
        "sparse_indices: num_sparse * int64; sparse_values: (sparse_types...); sparse_shapes: num_sparse * int64; "
        "dense_values: (Tdense...); ragged_values: (ragged_value_types...); ragged_row_splits: (ragged_split_types...)"
    ),
    attrs=(
        f"Tdense: {_TYPES}; num_sparse: int >= 0; sparse_types: {_TYPES}; ragged_value_types: {_TYPES}; "
        "ragged_split_types: list(type) in {int32, int64} >= 0; dense_shapes: list(shape) >= 0"
    ),
    shape=_shape,
    kernel=_v2_kernel,
    gradient=NO_GRADIENT,
)


def _v1_shape(ctx: InferenceContext) -> list[TensorShape]:
    serialized = ctx.input(0).with_rank(1)
    indices, found, shapes = sparse_shapes(ctx.attr("Nsparse"), 2)
    return [*indices, *found, *shapes, *(_batched(serialized, shape) for shape in ctx.attr("dense_shapes"))]


def _v1_kernel(op: Operation) -> Callable[..., Any]:
    num_sparse, num_dense = op.attrs["Nsparse"], op.attrs["Ndense"]

    def parse(serialized: Any, names: Any, *rest: Any) -> Any:
        sparse_keys = [text for item in rest[:num_sparse] for text in texts(item)]
        dense_keys = [text for item in rest[num_sparse : num_sparse + num_dense] for text in texts(item)]
        defaults = rest[num_sparse + num_dense :]
        return _columns(op, serialized, names, (sparse_keys, dense_keys, []), defaults)

    return parse


# What 1.x graphs hold.
register_op(
    "ParseExample",
    inputs=(
        "serialized: string; names: string; sparse_keys: Nsparse * string; dense_keys: Ndense * string; "
        "dense_defaults: (Tdense...)"
    ),
    outputs=(
        "sparse_indices: Nsparse * int64; sparse_values: (sparse_types...); sparse_shapes: Nsparse * int64; "
        "dense_values: (Tdense...)"
    ),
    attrs=(
        f"Nsparse: int >= 0; Ndense: int >= 0; sparse_types: {_TYPES}; Tdense: {_TYPES}; dense_shapes: list(shape) >= 0"
    ),
    shape=_v1_shape,
    kernel=_v1_kernel,
    gradient=NO_GRADIENT,
)


def _single_shape(ctx: InferenceContext) -> list[TensorShape]:
    indices, found, shapes = sparse_shapes(ctx.attr("num_sparse"), 1)
    return [*indices, *found, *shapes, *ctx.attr("dense_shapes")]


def _single_kernel(op: Operation) -> Callable[..., Any]:
    sparse_keys, dense_keys = (texts(np.array(op.attrs[name], object)) for name in ("sparse_keys", "dense_keys"))
    no_keys: list[str] = []
    no_names = np.empty(0, object)
    arrays = [np.array(op.attrs[name], object).reshape(-1) for name in ("sparse_keys", "dense_keys")]
    one_by_one = _OneByOne(op)

    def parse(serialized: Any, *defaults: Any) -> Any:
        found = one_by_one(serialized, arrays[0], arrays[1], defaults)
        if found is not None:
            return found
        return _columns(op, serialized, no_names, (sparse_keys, dense_keys, no_keys), defaults)

    return parse


register_op(
    "ParseSingleExample",
    inputs="serialized: string; dense_defaults: (Tdense...)",
    outputs=(
        "sparse_indices: num_sparse * int64; sparse_values: (sparse_types...); sparse_shapes: num_sparse * int64; "
        "dense_values: (Tdense...)"
    ),
    attrs=(
        "num_sparse: int >= 0; sparse_keys: list(string) >= 0; dense_keys: list(string) >= 0; "
        f"sparse_types: {_TYPES}; Tdense: {_TYPES}; dense_shapes: list(shape) >= 0"
    ),
    shape=_single_shape,
    kernel=_single_kernel,
    gradient=NO_GRADIENT,
)
