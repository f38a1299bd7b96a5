"""The features as tensors, and what columns made of them: each once (API: tf.feature_column)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from convflow.core import dtypes
from convflow.graph.scopes import control_dependencies, name_scope
from convflow.graph.sparse_tensor import SparseTensor, convert_to_tensor_or_sparse_tensor, is_sparse
from convflow.ops import operators  # noqa: F401  (tensors get their operators)
from convflow.ops.array.gather_nd import gather_nd
from convflow.ops.array.reshape import expand_dims
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.assert_compare import assert_positive
from convflow.ops.control_flow import cond
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal, not_equal
from convflow.ops.math.select import where_v2
from convflow.ops.sparse.arrange import sparse_reshape
from convflow.training.feature_column.base import FeatureColumn


class LazyBuilder:
    """Gives features by key, and what a column makes of them.

    Args:
        features: tensors, arrays and `SparseTensor`s by key, of shape (examples,) or (examples, ...).
    """

    def __init__(self, features: Mapping[Any, Any]) -> None:
        self._features = dict(features)
        self._known: dict[Any, Any] = {}

    def get(self, key: Any) -> Any:
        """The tensor of a key, with two dimensions at least; or what a column makes.

        Raises:
            ValueError: a key that is not among the features, or a feature that is a scalar.
            TypeError: no key and no column.
        """
        if key in self._known:
            return self._known[key]
        if key in self._features:
            made = self._feature(key)
        elif isinstance(key, str):
            raise ValueError(
                f"Feature {key} is not in features dictionary. It has {sorted(map(str, self._features))}: let the "
                "input function return it."
            )
        elif isinstance(key, FeatureColumn):
            made = key.transform_feature(self)
        else:
            raise TypeError(f'"key" must be either a "str" or "FeatureColumn". Provided: {key}')
        self._known[key] = made
        return made

    def _feature(self, key: Any) -> Any:
        feature = convert_to_tensor_or_sparse_tensor(self._features[key])
        rank = feature.shape.rank
        refusal = f"Feature (key: {key}) cannot have rank 0. Given: {feature}"
        if rank == 0:
            raise ValueError(refusal)
        if rank is not None:
            return _with_column(feature) if rank == 1 else feature
        with control_dependencies([assert_positive(rank_of(feature), message=refusal)]):
            return cond(equal(1, rank_of(feature)), lambda: _with_column(feature), lambda: feature)


def _with_column(feature: Any) -> Any:
    if is_sparse(feature):
        return sparse_reshape(feature, [shape_of(feature)[0], 1])
    return expand_dims(feature, -1)


def to_sparse(feature: Any, ignore_value: Any = None) -> SparseTensor:
    """A dense feature without the elements that stand for nothing: "" and -1, or `ignore_value`."""
    feature = convert_to_tensor_or_sparse_tensor(feature)
    if is_sparse(feature):
        return feature
    with name_scope(None, "to_sparse_input", [feature, ignore_value]):
        if ignore_value is None:
            ignore_value = _nothing(feature.dtype)
        ignored = cast(ignore_value, feature.dtype, name="ignore_value")
        indices = where_v2(not_equal(feature, ignored), name="indices")
        values = gather_nd(feature, indices, name="values")
        shape = shape_of(feature, out_type=dtypes.int64, name="dense_shape")
        return SparseTensor(indices, values, shape)


def _nothing(dtype: dtypes.DType) -> Any:
    if dtype == dtypes.string:
        return ""
    return -1 if dtype.is_integer else dtype.as_numpy_dtype()
