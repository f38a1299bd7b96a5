"""The networks of ready-made estimators, from features to logits (API: tf.estimator.DNNClassifier)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.layers.core import Dense, dropout
from convflow.modeling.layers.normalization import batch_normalization
from convflow.modeling.variables.initializers import GlorotUniform
from convflow.modeling.variables.partitioners import min_max_variable_partitioner
from convflow.modeling.variables.scope import variable_scope
from convflow.ops import operators  # noqa: F401  (tensors get their operators)
from convflow.ops.math.arithmetic import add_n
from convflow.ops.norm import zero_fraction
from convflow.training import summaries
from convflow.training.estimator.mode_keys import ModeKeys
from convflow.training.feature_column.input_layer import input_layer
from convflow.training.feature_column.linear_model import linear_model

# Variables have one part: parts are for several parameter servers, but their names are in programs and checkpoints.
PARTITIONER = min_max_variable_partitioner(max_partitions=0)
LARGE_PARTITIONER = min_max_variable_partitioner(max_partitions=0, min_slice_size=64 << 20)


def check_features(features: Any) -> None:
    """ValueError for features without keys."""
    if not isinstance(features, Mapping):
        raise ValueError(
            f"features should be a dictionary of `Tensor`s. Given type: {type(features)}. Let the input_fn return "
            '{"x": features}, and name columns by that key.'
        )


def dnn_logits(
    features: Mapping[str, Any],
    mode: str,
    units: int,
    hidden_units: Sequence[int],
    feature_columns: Sequence[Any],
    activation_fn: Callable[[Any], Any] | None,
    dropout_rate: float | None,
    input_layer_partitioner: Any,
    batch_norm: bool,
) -> Tensor:
    """Dense layers over the columns: shape (examples, units)."""
    training = mode == ModeKeys.TRAIN
    with variable_scope("input_from_feature_columns", partitioner=input_layer_partitioner):
        net = input_layer(features, feature_columns)
    for number, size in enumerate(hidden_units):
        with variable_scope(f"hiddenlayer_{number}") as scope:
            net = Dense(size, activation_fn, kernel_initializer=GlorotUniform(), name=scope, _scope=scope)(net)
            if dropout_rate is not None and training:
                net = dropout(net, rate=dropout_rate, training=True)
            if batch_norm:
                net = batch_normalization(net, momentum=0.999, training=training, name=f"batchnorm_{number}")
        add_summaries(net, scope.name)
    with variable_scope("logits") as scope:
        logits = Dense(units, kernel_initializer=GlorotUniform(), name=scope, _scope=scope)(net)
    add_summaries(logits, scope.name)
    return logits


def add_summaries(value: Tensor, tag: str) -> None:
    """How many values are zero, and their histogram."""
    summaries.scalar(f"{tag}/fraction_of_zero_values", zero_fraction(value))
    summaries.histogram(f"{tag}/activation", value)


def linear_logits(
    features: Mapping[str, Any], units: int, feature_columns: Sequence[Any], sparse_combiner: str
) -> Tensor:
    """A weighted sum of the columns: shape (examples, units)."""
    made: dict[Any, list[Any]] = {}
    logits = linear_model(features, feature_columns, units, sparse_combiner, cols_to_vars=made)
    bias = made.pop("bias")
    if units > 1:
        summaries.histogram("bias", bias[0])
    else:
        summaries.scalar("bias", bias[0][0])
    summaries.scalar("fraction_of_zero_weights", _fraction_of_zeros([v for each in made.values() for v in each]))
    return logits


def _fraction_of_zeros(variables: list[Any]) -> Tensor:
    with name_scope("zero_fraction"):
        sizes = [variable.shape.num_elements() for variable in variables]
        zeros = [zero_fraction(variable) * float(size) for variable, size in zip(variables, sizes, strict=True)]
        return add_n(zeros) / float(sum(sizes))
