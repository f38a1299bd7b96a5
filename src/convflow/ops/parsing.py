"""Examples as tensors (API: tf.parse_example, tf.parse_single_example)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.scopes import name_scope
from convflow.graph.sparse_tensor import SparseTensor
from convflow.ops import parse_example as _nodes  # noqa: F401 (registers the nodes made here)
from convflow.ops.parsing_features import Wanted
from convflow.ops.sparse.merge import sparse_merge


def parse_example(
    serialized: Any, features: Mapping[str, Any], name: str | None = None, example_names: Any = None
) -> dict[str, Any]:
    """The features of a batch of serialized `tf.train.Example` (API: tf.parse_example, tf.io.parse_example).

    Args:
        serialized: strings, shape (batch,).
        features: `FixedLenFeature`, `FixedLenSequenceFeature`, `VarLenFeature` or `SparseFeature` by name.
        example_names: strings, shape (batch,), for error messages.

    Returns:
        A tensor of shape (batch, *shape), or a sparse tensor, by name.

    Raises:
        ValueError, TypeError: a feature without a type or shape.
        InvalidArgumentError: (when run) an example is none, lacks a feature, has it in another type or number.
    """
    if not features:
        raise ValueError(f"Argument `features` cannot be None or falsy. Got {features}")
    wanted = Wanted(features)
    return combine(wanted, _parsed(serialized, wanted, name, example_names))


def parse_single_example(
    serialized: Any, features: Mapping[str, Any], name: str | None = None, example_names: Any = None
) -> dict[str, Any]:
    """The features of one serialized `tf.train.Example`, a scalar (API: tf.parse_single_example).

    Args:
        serialized: a scalar string.
        features: `FixedLenFeature`, `FixedLenSequenceFeature`, `VarLenFeature` or `SparseFeature` by name.
        example_names: a scalar string for error messages.

    Returns:
        By name a tensor of the feature's shape, or a sparse tensor, without a batch axis.

    Raises:
        ValueError: no features, one without a type or shape, or more than one example.
        InvalidArgumentError: (when run) the example is none, lacks a feature, has it in another type or number.
    """
    if not features:
        raise ValueError(f"Invalid argument: expected `features` to have a value. Got {features}.")
    with name_scope(name, "ParseSingleExample", [serialized, example_names]):
        serialized = convert_to_tensor(serialized, name="serialized")
        if not serialized.shape.is_compatible_with([]):
            raise ValueError(f"Input serialized must be a scalar, got the shape {serialized.shape}. Use parse_example.")
        return parse_example(serialized, features, name, example_names)


def _parsed(serialized: Any, wanted: Wanted, name: str | None, names: Any) -> dict[str, Any]:
    with name_scope(name, "ParseExample", [serialized, names]):
        defaults = wanted.default_tensors()
        results = apply_op(
            "ParseExampleV2",
            serialized=serialized,
            names=strings([]) if names is None else names,
            sparse_keys=_keys(wanted.sparse),
            dense_keys=_keys(wanted.dense),
            ragged_keys=_keys({}),
            dense_defaults=defaults,
            num_sparse=len(wanted.sparse),
            sparse_types=list(wanted.sparse.values()),
            ragged_value_types=[],
            ragged_split_types=[],
            dense_shapes=list(wanted.shapes.values()),
            name=name,
        )
    indices, values, shapes, dense, *_ = results
    return _by_key(wanted, indices, values, shapes, dense)


def _by_key(wanted: Wanted, indices: Any, values: Any, shapes: Any, dense: Any) -> dict[str, Any]:
    parts = zip(indices, values, shapes, strict=True)
    found: dict[str, Any] = {key: SparseTensor(*part) for key, part in zip(wanted.sparse, parts, strict=True)}
    found.update(zip(wanted.dense, dense, strict=True))
    return found


def combine(wanted: Wanted, found: dict[str, Any]) -> dict[str, Any]:
    """Sparse features put together of those that hold their places and values, which then go."""
    used: set[str] = set()
    for key, feature in wanted.combined.items():
        index_keys = [feature.index_key] if isinstance(feature.index_key, str) else list(feature.index_key)
        used.update((*index_keys, feature.value_key))
        places: Any = [found[index_key] for index_key in index_keys]
        sizes = feature.size
        if isinstance(feature.index_key, str):
            (places,) = places
        merged = sparse_merge(places, found[feature.value_key], sizes, already_sorted=feature.already_sorted)
        found = {**found, key: merged}
    kept = {*wanted.combined, *wanted.dense}
    return {key: value for key, value in found.items() if key in kept or key not in used}


def _keys(features: Mapping[str, Any]) -> Any:
    return strings([key.encode() for key in features])


def strings(items: list[bytes]) -> Any:
    """Strings as an array, which an empty list does not say of itself."""
    result = np.empty(len(items), dtype=object)
    result[:] = items
    return result
