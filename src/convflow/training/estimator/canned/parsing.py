"""What to read of examples for an estimator (API: tf.estimator.classifier_parse_example_spec, regressor_...)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.ops.parsing_features import FixedLenFeature
from convflow.training.feature_column.base import FeatureColumn
from convflow.training.feature_column.input_layer import make_parse_example_spec
from convflow.training.feature_column.numeric import NumericColumn, numeric_column


def classifier_parse_example_spec(
    feature_columns: Any,
    label_key: str,
    label_dtype: Any = dtypes.int64,
    label_default: Any = None,
    weight_column: Any = None,
) -> dict[str, Any]:
    """The features that `tf.parse_example` reads for a classifier (API: tf.estimator.classifier_parse_example_spec).

    Args:
        feature_columns: of the classifier.
        label_key: the key of the labels, of which no column may make use.
        label_dtype, label_default: their type, and the label of examples that have none.
        weight_column: the key or the column of weights.

    Returns:
        `tf.FixedLenFeature`s and `tf.VarLenFeature`s by key.

    Raises:
        ValueError: the labels' or the weights' key is a column's; a weight column of another kind.
    """
    label = FixedLenFeature((1,), label_dtype, label_default)
    return _with_label(feature_columns, label_key, label, weight_column)


def regressor_parse_example_spec(
    feature_columns: Any,
    label_key: str,
    label_dtype: Any = dtypes.float32,
    label_default: Any = None,
    label_dimension: int = 1,
    weight_column: Any = None,
) -> dict[str, Any]:
    """The features that `tf.parse_example` reads for a regressor (API: tf.estimator.regressor_parse_example_spec).

    Args:
        label_dimension: how many numbers a label is.
        feature_columns, label_key, label_dtype, label_default, weight_column: as for the classifier.

    Raises:
        As `classifier_parse_example_spec`.
    """
    label = FixedLenFeature((label_dimension,), label_dtype, label_default)
    return _with_label(feature_columns, label_key, label, weight_column)


def _with_label(feature_columns: Any, label_key: str, label: FixedLenFeature, weight_column: Any) -> dict[str, Any]:
    spec = make_parse_example_spec(feature_columns)
    if label_key in spec:
        raise ValueError(f"label should not be used as feature. label_key: {label_key}, features: {list(spec)}")
    spec[label_key] = label
    if weight_column is None:
        return spec
    column = numeric_column(weight_column) if isinstance(weight_column, str) else weight_column
    if not isinstance(column, FeatureColumn):
        raise ValueError(f"weight_column must be a string or a column. Given: {weight_column}")
    key = column.key if isinstance(column, NumericColumn) else column.name
    if key in spec:
        raise ValueError(f"Columns should not be used as weights and as features or labels. Key: {key}")
    return spec | column.parse_example_spec
