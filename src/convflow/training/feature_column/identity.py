"""Ids as they are (API: tf.feature_column.categorical_column_with_identity)."""

from __future__ import annotations

from typing import Any, NamedTuple

from convflow.core import dtypes
from convflow.graph.scopes import control_dependencies
from convflow.graph.sparse_tensor import SparseTensor
from convflow.ops import operators  # noqa: F401  (tensors get their operators)
from convflow.ops.array.constant import fill
from convflow.ops.array.identity import identity
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.assert_compare import assert_greater_equal, assert_less
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import logical_or
from convflow.ops.math.select import where_v2
from convflow.ops.parsing_features import VarLenFeature
from convflow.training.feature_column.base import CategoricalColumn, check_key
from convflow.training.feature_column.builder import LazyBuilder, to_sparse


class _IdentityFields(NamedTuple):
    key: str
    number_buckets: int
    default_value: int | None


class IdentityCategoricalColumn(_IdentityFields, CategoricalColumn):
    """What `categorical_column_with_identity` returns (API: tf.feature_column)."""

    @property
    def name(self) -> str:
        return self.key

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        return {self.key: VarLenFeature(dtypes.int64)}

    def transform_feature(self, builder: LazyBuilder) -> SparseTensor:
        ids = to_sparse(builder.get(self.key))
        if not ids.dtype.is_integer:
            raise ValueError(f"Invalid input, not integer. key: {self.key} dtype: {ids.dtype}")
        return SparseTensor(ids.indices, self._checked(ids.values), ids.dense_shape)

    def _checked(self, given: Any) -> Any:
        """The ids, the default for those outside of the range; without one such an id is an error of the run."""
        if self.default_value is None:
            return self._refused_outside(cast(given, dtypes.int64, name="values"))
        values = cast(given, dtypes.int64, name="values")
        limit = cast(self.number_buckets, dtypes.int64, name="num_buckets")
        zero = cast(0, dtypes.int64, name="zero")
        outside = logical_or(values < zero, values >= limit, name="out_of_range")
        defaults = fill(shape_of(values), cast(self.default_value, dtypes.int64), name="default_values")
        return where_v2(outside, defaults, values)

    def _refused_outside(self, values: Any) -> Any:
        limit = cast(self.number_buckets, dtypes.int64, name="num_buckets")
        zero = cast(0, dtypes.int64, name="zero")
        hint = f"Column {self.key} takes ids from 0 to {self.number_buckets - 1}: give default_value for others."
        below = assert_less(values, limit, message=hint, name="assert_less_than_num_buckets")
        above = assert_greater_equal(values, zero, message=hint, name="assert_greater_or_equal_0")
        with control_dependencies([below, above]):
            return identity(values)

    @property
    def num_buckets(self) -> int:
        return self.number_buckets


def categorical_column_with_identity(
    key: str, num_buckets: int, default_value: int | None = None
) -> IdentityCategoricalColumn:
    """Whole numbers that are ids already (API: tf.feature_column.categorical_column_with_identity).

    Args:
        key: the feature's key, and the column's name.
        num_buckets: ids are below this.
        default_value: the id of other numbers; without one they are an `InvalidArgumentError` in the run.

    Raises:
        ValueError: no id, a default that is none, or a key that is no string.
    """
    if num_buckets < 1:
        raise ValueError(f"num_buckets {num_buckets} < 1, column_name {key}")
    if default_value is not None and not 0 <= default_value < num_buckets:
        raise ValueError(f"default_value {default_value} not in range [0, {num_buckets}), column_name {key}")
    check_key(key)
    return IdentityCategoricalColumn(key, num_buckets, default_value)
