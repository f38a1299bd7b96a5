"""Sequence examples as tensors (API: tf.parse_single_sequence_example, tf.io.parse_sequence_example)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from convflow.core import values
from convflow.core.dtypes import DType
from convflow.core.shape import TensorShape, vector
from convflow.formats import example
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation
from convflow.graph.scopes import name_scope
from convflow.graph.sparse_tensor import SparseTensor
from convflow.ops import example_values
from convflow.ops.example_values import Examples, invalid
from convflow.ops.parse_example import sparse_shapes, texts
from convflow.ops.parsing import combine, strings
from convflow.ops.parsing_features import FixedLenFeature, Wanted

Parsed = tuple[dict[str, Any], dict[str, Any]]


def parse_single_sequence_example(
    serialized: Any,
    context_features: Mapping[str, Any] | None = None,
    sequence_features: Mapping[str, Any] | None = None,
    example_name: Any = None,
    name: str | None = None,
) -> Parsed:
    """The features of one serialized `tf.train.SequenceExample` (API: tf.parse_single_sequence_example).

    Args:
        serialized: a scalar string.
        context_features: see `tf.parse_example`.
        sequence_features: `FixedLenSequenceFeature` or `VarLenFeature` by name.
        example_name: a scalar string for error messages.

    Returns:
        The context, and the sequences: tensors of shape (steps, *shape) or sparse tensors (step, place).

    Raises:
        ValueError: no features are asked for, or one is of another kind.
        InvalidArgumentError: (when run) the example is none, lacks a feature, or has it in another type or number.
    """
    with name_scope(name, "ParseSingleSequenceExample", [serialized]):
        context, sequences, _ = _parse(serialized, context_features, sequence_features, example_name, name)
    return context, sequences


def parse_sequence_example(
    serialized: Any,
    context_features: Mapping[str, Any] | None = None,
    sequence_features: Mapping[str, Any] | None = None,
    example_names: Any = None,
    name: str | None = None,
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The features of a batch of `tf.train.SequenceExample` (API: tf.io.parse_sequence_example).

    Args:
        serialized: strings, shape (batch,).
        context_features: see `tf.parse_example`.
        sequence_features: `FixedLenSequenceFeature` or `VarLenFeature` by name.
        example_names: strings, shape (batch,), for error messages.

    Returns:
        The context, of shape (batch, *shape) each; the sequences, of shape (batch, steps, *shape) and filled up to the
        longest; and the length of each dense sequence, int64 (batch,): dictionaries by the features' names.

    Raises:
        ValueError: no features are asked for, or one is of another kind.
        InvalidArgumentError: (when run) an example is none, lacks a feature, or has it in another type or number.
    """
    return _parse(serialized, context_features, sequence_features, example_names, name)


def _parse(serialized: Any, context: Any, sequences: Any, names: Any, name: str | None) -> Any:
    if not (context or sequences):
        raise ValueError(
            "Both `context_features` and `sequence_features` argument are None, but at least one should have values."
        )
    for key, feature in (sequences or {}).items():
        if isinstance(feature, FixedLenFeature):
            raise ValueError(f"Unsupported FixedLenFeature {feature} for key '{key}': use FixedLenSequenceFeature.")
    wanted, steps = Wanted(context or {}), Wanted(sequences or {}, dense_sequences=True)
    with name_scope(name, "ParseSequenceExample", [serialized, names]):
        defaults = wanted.default_tensors()
        results = apply_op(
            "ParseSequenceExampleV2",
            serialized=serialized,
            debug_name=strings([]) if names is None else names,
            context_sparse_keys=_keys(wanted.sparse),
            context_dense_keys=_keys(wanted.dense),
            context_ragged_keys=strings([]),
            feature_list_sparse_keys=_keys(steps.sparse),
            feature_list_dense_keys=_keys(steps.dense),
            feature_list_ragged_keys=strings([]),
            feature_list_dense_missing_assumed_empty=np.array(
                [steps.missing_allowed[key] for key in steps.dense], bool
            ),
            context_dense_defaults=defaults,
            Ncontext_sparse=len(wanted.sparse),
            Nfeature_list_sparse=len(steps.sparse),
            Nfeature_list_dense=len(steps.dense),
            context_sparse_types=list(wanted.sparse.values()),
            feature_list_dense_types=list(steps.dense.values()),
            feature_list_sparse_types=list(steps.sparse.values()),
            context_dense_shapes=list(wanted.shapes.values()),
            feature_list_dense_shapes=list(steps.shapes.values()),
            name=name,
        )
    found_context = _by_key(wanted, *results[:4])
    found_steps = _by_key(steps, *results[6:10])
    lengths = dict(zip(steps.dense, results[10], strict=True))
    return combine(wanted, found_context), combine(steps, found_steps), lengths


def _keys(features: Mapping[str, Any]) -> Any:
    return strings([key.encode() for key in features])


def _by_key(wanted: Wanted, indices: Any, found: Any, shapes: Any, dense: Any) -> dict[str, Any]:
    parts = zip(indices, found, shapes, strict=True)
    result: dict[str, Any] = {key: SparseTensor(*part) for key, part in zip(wanted.sparse, parts, strict=True)}
    result.update(zip(wanted.dense, dense, strict=True))
    return result


def _shape(ctx: InferenceContext) -> list[TensorShape]:
    serialized = ctx.input(0)
    if serialized.rank not in (0, 1):
        raise ValueError(f"serialized must be a scalar or vector of known rank, got the shape {serialized}.")
    rank = 1 + serialized.rank
    context = sparse_shapes(ctx.attr("Ncontext_sparse"), rank)
    dense = [serialized.concatenate(shape) for shape in ctx.attr("context_dense_shapes")]
    ragged = [vector(None)] * (
        len(ctx.attr("context_ragged_value_types")) + len(ctx.attr("context_ragged_split_types"))
    )
    steps = sparse_shapes(ctx.attr("Nfeature_list_sparse"), rank + 1)
    rows = [serialized.concatenate([None]).concatenate(shape) for shape in ctx.attr("feature_list_dense_shapes")]
    lengths = [serialized] * ctx.attr("Nfeature_list_dense")
    splits = len(ctx.attr("feature_list_ragged_value_types")) + 2 * len(ctx.attr("feature_list_ragged_split_types"))
    flat = [shape for group in (*context, dense, ragged, *steps, rows, lengths) for shape in group]
    return [*flat, *([vector(None)] * splits)]


def _kernel(op: Operation) -> Callable[..., tuple[Any, ...]]:
    attrs = op.attrs
    if attrs["context_ragged_value_types"] or attrs["feature_list_ragged_value_types"]:
        raise NotImplementedError(
            f"{op.describe()} makes ragged tensors, which convflow does not have. Parse a VarLenFeature."
        )

    def parse(serialized: Any, names: Any, *rest: Any) -> tuple[Any, ...]:
        sparse_keys, dense_keys, _, step_sparse_keys, step_dense_keys, _, may_miss, *defaults = rest
        is_batch = serialized.ndim > 0
        examples = Examples(example.RawSequenceExample, serialized.reshape(-1).tolist(), names.reshape(-1).tolist())
        context = [message.context.feature for message in examples.messages]
        triples = [
            example_values.sparse(examples.column(context, key, dtype), dtype, is_batch)
            for key, dtype in zip(texts(sparse_keys), attrs["context_sparse_types"], strict=True)
        ]
        described = zip(
            texts(dense_keys), attrs["Tcontext_dense"], attrs["context_dense_shapes"], defaults, strict=True
        )
        dense = []
        for key, dtype, shape, default in described:
            is_long = shape.rank and shape[0].value is None
            make = example_values.padded if is_long else example_values.dense
            value = make(examples, examples.column(context, key, dtype), key, dtype, shape, default)
            dense.append(_unbatched(value, is_batch))
        step_triples = [
            _sparse_steps(examples, key, dtype, is_batch)
            for key, dtype in zip(texts(step_sparse_keys), attrs["feature_list_sparse_types"], strict=True)
        ]
        rows, lengths = [], []
        flags = values.to_numpy(may_miss).reshape(-1).tolist()
        step_described = zip(
            texts(step_dense_keys), attrs["feature_list_dense_types"], attrs["feature_list_dense_shapes"], flags,
            strict=True,
        )  # fmt: skip
        for key, dtype, shape, is_optional in step_described:
            value, length = _dense_steps(examples, key, dtype, shape, is_optional)
            rows.append(_unbatched(value, is_batch))
            lengths.append(_unbatched(length, is_batch))
        parts = [[triple[part] for triple in triples] for part in range(3)]
        step_parts = [[triple[part] for triple in step_triples] for part in range(3)]
        return tuple(item for group in (*parts, dense, *step_parts, rows, lengths) for item in group)

    return parse


def _unbatched(value: Any, is_batch: bool) -> Any:
    if is_batch:
        return value
    return value[0] if value.ndim > 1 else value.reshape(())


def _steps(examples: Examples, key: str, dtype: DType) -> list[list[Any] | None]:
    """For each example the values of each step, None where it has no such list."""
    result: list[list[Any] | None] = []
    for index, message in enumerate(examples.messages):
        lists = message.feature_lists.feature_list
        if key not in lists:
            result.append(None)
            continue
        found = [examples.feature(feature, key, dtype, index) for feature in lists[key].feature]
        result.append([() if part is None else part for part in found])
    return result


def _sparse_steps(examples: Examples, key: str, dtype: DType, is_batch: bool) -> tuple[Any, Any, Any]:
    steps = [part or [] for part in _steps(examples, key, dtype)]
    flat = [part for parts in steps for part in parts]
    indices, found, shape = example_values.sparse(flat, dtype, True)
    counts = np.array([len(parts) for parts in steps], np.int64)
    width = values.to_numpy(shape)[1:]
    if not is_batch:
        return indices, found, values.from_numpy(np.concatenate([counts, width]))
    step_of = values.to_numpy(indices)
    example_of = np.repeat(np.arange(len(steps)), counts)
    first_of = np.cumsum(counts) - counts
    owners = example_of[step_of[:, 0]] if len(step_of) else np.zeros(0, np.int64)
    places = np.stack([owners, step_of[:, 0] - first_of[owners], step_of[:, 1]], 1)
    whole = np.concatenate([[len(steps), counts.max(initial=0)], width])
    return values.from_numpy(places), found, values.from_numpy(whole)


def _dense_steps(examples: Examples, key: str, dtype: DType, shape: TensorShape, is_optional: bool) -> tuple[Any, Any]:
    size = example_values.row_size(shape)
    columns = _steps(examples, key, dtype)
    for index, parts in enumerate(columns):
        if parts is None and not is_optional:
            raise invalid(
                f"{examples.name(index)}, Feature list '{key}' is required but could not be found. Did you mean to "
                "include it with allow_missing=True?"
            )
        for step, part in enumerate(parts or []):
            if len(part) != size:
                raise invalid(
                    f"{examples.where(key, index)}, step {step}. Number of values != expected. Values size: "
                    f"{len(part)} but output shape: {shape.as_list()}"
                )
    lengths = np.array([len(parts or []) for parts in columns], np.int64)
    steps = int(lengths.max(initial=0))
    zero = b"" if dtype.as_numpy_dtype is np.object_ else 0
    result = np.full((len(columns), steps * size), zero, dtype.as_numpy_dtype)
    for index, parts in enumerate(columns):
        if parts:
            result[index, : len(parts) * size] = values.to_numpy(example_values.joined(parts, dtype))
    result = result.reshape(len(columns), steps, *shape.as_list())
    return result if result.dtype == object else values.from_numpy(result), values.from_numpy(lengths)


_TYPES = "list(type) = [] in {float, int64, string} >= 0"
_SPLITS = "list(type) = [] in {int32, int64} >= 0"
register_op(
    "ParseSequenceExampleV2",
    inputs=(
        "serialized: string; debug_name: string; context_sparse_keys: string; context_dense_keys: string; "
        "context_ragged_keys: string; feature_list_sparse_keys: string; feature_list_dense_keys: string; "
        "feature_list_ragged_keys: string; feature_list_dense_missing_assumed_empty: bool; "
        "context_dense_defaults: (Tcontext_dense...)"
    ),
    outputs=(
        "context_sparse_indices: Ncontext_sparse * int64; context_sparse_values: (context_sparse_types...); "
        "context_sparse_shapes: Ncontext_sparse * int64; context_dense_values: (Tcontext_dense...); "
        "context_ragged_values: (context_ragged_value_types...); "
        "context_ragged_row_splits: (context_ragged_split_types...); "
        "feature_list_sparse_indices: Nfeature_list_sparse * int64; "
        "feature_list_sparse_values: (feature_list_sparse_types...); "
        "feature_list_sparse_shapes: Nfeature_list_sparse * int64; "
        "feature_list_dense_values: (feature_list_dense_types...); "
        "feature_list_dense_lengths: Nfeature_list_dense * int64; "
        "feature_list_ragged_values: (feature_list_ragged_value_types...); "
        "feature_list_ragged_outer_splits: (feature_list_ragged_split_types...); "
        "feature_list_ragged_inner_splits: (feature_list_ragged_split_types...)"
    ),
    attrs=(
        f"Ncontext_sparse: int = 0 >= 0; Tcontext_dense: {_TYPES}; context_sparse_types: {_TYPES}; "
        f"context_ragged_value_types: {_TYPES}; context_ragged_split_types: {_SPLITS}; "
        "context_dense_shapes: list(shape) = [] >= 0; Nfeature_list_sparse: int = 0 >= 0; "
        f"Nfeature_list_dense: int = 0 >= 0; feature_list_dense_types: {_TYPES}; "
        f"feature_list_sparse_types: {_TYPES}; feature_list_ragged_value_types: {_TYPES}; "
        f"feature_list_ragged_split_types: {_SPLITS}; feature_list_dense_shapes: list(shape) = [] >= 0"
    ),
    shape=_shape,
    kernel=_kernel,
    gradient=NO_GRADIENT,
)
