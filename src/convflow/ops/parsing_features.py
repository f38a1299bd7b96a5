"""What a program says of the features it wants (API: tf.FixedLenFeature, tf.VarLenFeature and their kin)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from convflow.core import dtypes
from convflow.core.dtypes import DType
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.ops.array.constant import constant
from convflow.ops.array.reshape import reshape


class VarLenFeature(NamedTuple):
    """A feature of any length, parsed into a sparse tensor (API: tf.VarLenFeature)."""

    dtype: Any


class FixedLenFeature(NamedTuple):
    """A feature of one shape (API: tf.FixedLenFeature).

    Attributes:
        default_value: of `shape`; without one the feature must be there.
    """

    shape: Any
    dtype: Any
    default_value: Any = None


class FixedLenSequenceFeature(NamedTuple):
    """Rows of one shape, any number of them (API: tf.FixedLenSequenceFeature).

    Attributes:
        shape: of a row.
        allow_missing: whether the feature may be missing, which counts as no rows.
        default_value: a scalar that fills shorter examples up.
    """

    shape: Any
    dtype: Any
    allow_missing: bool = False
    default_value: Any = None


class SparseFeature(NamedTuple):
    """A sparse tensor whose places and values are two features (API: tf.SparseFeature).

    Attributes:
        index_key: the feature, or one for each axis, with places (int64).
        value_key: the feature with values.
        size: the number of places, or one for each axis.
        already_sorted: whether the places ascend.
    """

    index_key: Any
    value_key: str
    dtype: Any
    size: Any
    already_sorted: bool = False


class RaggedFeature:
    """TensorFlow 2's feature of rows of different lengths (API: tf.io.RaggedFeature): refused.

    Args:
        args, options: whatever TensorFlow 2 takes.

    Raises:
        NotImplementedError: always.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        raise NotImplementedError(
            "tf.io.RaggedFeature is not supported: there are no ragged tensors. Use tf.VarLenFeature, which gives a "
            "sparse tensor, or tf.FixedLenSequenceFeature(shape, dtype, allow_missing=True), which pads."
        )


class Wanted:
    """Features sorted out by how they are parsed.

    Args:
        features: them by name.
        dense_sequences: whether `FixedLenSequenceFeature` is a list of features rather than one long feature.

    Raises:
        ValueError: a shape or type is missing, or there is something else among them.
    """

    def __init__(self, features: Mapping[str, Any], dense_sequences: bool = False) -> None:
        self.sparse: dict[str, DType] = {}
        self.dense: dict[str, DType] = {}
        self.shapes: dict[str, TensorShape] = {}
        self.defaults: dict[str, Any] = {}
        self.combined: dict[str, SparseFeature] = {}
        self.missing_allowed: dict[str, bool] = {}
        self._dense_sequences = dense_sequences
        for key in sorted(features):
            self._add(key, features[key])

    def _add(self, key: str, feature: Any) -> None:
        if isinstance(feature, VarLenFeature):
            self._add_sparse(key, _dtype(key, feature))
        elif isinstance(feature, SparseFeature):
            self._add_combined(key, feature)
        elif isinstance(feature, FixedLenFeature):
            self._add_dense(key, feature, _shape(key, feature))
            if self.shapes[key].rank and self.shapes[key][0].value is None:
                raise ValueError(
                    f"First dimension of shape for feature {key} unknown. Consider using FixedLenSequenceFeature. "
                    f"Received feature={feature}."
                )
            if not self.shapes[key].is_fully_defined():
                raise ValueError(f"All dimensions of shape for feature {key} need to be known but received {feature}.")
        elif isinstance(feature, FixedLenSequenceFeature):
            self._add_rows(key, feature)
        else:
            raise ValueError(f"Unsupported {type(feature).__name__} {feature} for key '{key}'")

    def _add_sparse(self, key: str, dtype: DType) -> None:
        if self.sparse.setdefault(key, dtype) is not dtype:
            raise ValueError(f"Conflicting type {self.sparse[key]!r} vs {dtype!r} for feature {key}.")

    def _add_combined(self, key: str, feature: SparseFeature) -> None:
        if not feature.index_key:
            raise ValueError(f"Missing index_key for SparseFeature {feature}")
        if not feature.value_key:
            raise ValueError(f"Missing value_key for SparseFeature {feature}")
        for index_key in _listed(feature.index_key):
            self._add_sparse(index_key, dtypes.int64)
        self._add_sparse(feature.value_key, _dtype(key, feature))
        self.combined[key] = feature

    def _add_rows(self, key: str, feature: FixedLenSequenceFeature) -> None:
        self.missing_allowed[key] = feature.allow_missing
        row = _shape(key, feature)
        if self._dense_sequences:
            self._add_dense(key, feature, row)
            return
        if not feature.allow_missing:
            raise ValueError("Unsupported: FixedLenSequenceFeature requires allow_missing to be True.")
        self._add_dense(key, feature, TensorShape([None]).concatenate(row))

    def _add_dense(self, key: str, feature: Any, shape: TensorShape) -> None:
        self.dense[key] = _dtype(key, feature)
        self.shapes[key] = shape
        if feature.default_value is not None:
            self.defaults[key] = feature.default_value

    def default_tensors(self) -> list[Tensor]:
        """What stands for a missing dense feature: an empty tensor where it must be there."""
        return [self._default(key, dtype) for key, dtype in self.dense.items()]

    def _default(self, key: str, dtype: DType) -> Tensor:
        value, shape = self.defaults.get(key), self.shapes[key]
        if shape.rank and shape[0].value is None:
            # It fills rows up, so it is one value.
            if value is None:
                return constant(b"" if dtype is dtypes.string else 0, dtype=dtype)
            return reshape(self._given(key, value, dtype), [])
        if value is None:
            return constant([], dtype=dtype)
        return reshape(self._given(key, value, dtype), shape)

    def _given(self, key: str, value: Any, dtype: DType) -> Tensor:
        name = "key_" + re.sub(r"[^A-Za-z0-9_.\-/]", "_", key)
        return convert_to_tensor(value, dtype=dtype, name=name)


def _listed(keys: Any) -> list[str]:
    return [keys] if isinstance(keys, str) else list(keys)


def _dtype(key: str, feature: Any) -> DType:
    if not feature.dtype:
        raise ValueError(f"Missing type for feature {key}. Received feature={feature}")
    dtype = dtypes.as_dtype(feature.dtype)
    if dtype not in (dtypes.float32, dtypes.int64, dtypes.string):
        raise TypeError(
            f"Feature {key} has the type {dtype.name}, not in list of allowed values: float32, int64, string. Parse "
            "one of these and use tf.cast."
        )
    return dtype


def _shape(key: str, feature: Any) -> TensorShape:
    if feature.shape is None:
        raise ValueError(f"Missing shape for feature {key}. Received feature={feature}.")
    return as_shape(feature.shape)
