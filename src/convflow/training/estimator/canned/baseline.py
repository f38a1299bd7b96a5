"""Models that look at the labels only (API: tf.estimator.BaselineClassifier, BaselineRegressor, BaselineEstimator)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from convflow.graph.operation import Tensor
from convflow.graph.scopes import control_dependencies
from convflow.modeling.losses.weighted import Reduction
from convflow.modeling.variables.initializers import Zeros
from convflow.modeling.variables.scope import get_variable, variable_scope
from convflow.ops import operators  # noqa: F401  (tensors get their operators)
from convflow.ops.array.constant import ones
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.assert_compare import assert_equal
from convflow.ops.math.arithmetic import multiply
from convflow.training.estimator.canned.heads.chosen import classifier_head
from convflow.training.estimator.canned.heads.head import Head
from convflow.training.estimator.canned.heads.regression import RegressionHead
from convflow.training.estimator.canned.logits import check_features
from convflow.training.estimator.canned.optimizers import optimizer_of
from convflow.training.estimator.estimator import Estimator
from convflow.training.estimator.spec import EstimatorSpec
from convflow.training.global_step import get_global_step

_LEARNING_RATE = 0.3


def _logits(features: Mapping[str, Any], units: int) -> Tensor:
    """A trained bias for each example: shape (examples, units)."""
    sizes = [shape_of(feature)[0] for feature in features.values()]
    checks = [
        assert_equal(sizes[0], size, message="Features have different numbers of examples.") for size in sizes[1:]
    ]
    with control_dependencies(checks), variable_scope("baseline"):
        bias = get_variable("bias", shape=[units], initializer=Zeros())
        return multiply(bias, ones([sizes[0], units]))


def _model_fn(head: Head, optimizer: Any) -> Callable[..., EstimatorSpec]:
    def model_fn(features: Any, labels: Any, mode: str) -> EstimatorSpec:
        check_features(features)

        def train_op(loss: Tensor) -> Any:
            return optimizer_of(optimizer, _LEARNING_RATE).minimize(loss, global_step=get_global_step())

        logits = _logits(features, head.logits_dimension)
        return head.create_estimator_spec(features, mode, logits, labels, train_op_fn=train_op)

    return model_fn


class BaselineEstimator(Estimator):
    """A bias with a head of one's own (API: tf.estimator.BaselineEstimator).

    Args:
        head: a `Head`.
        model_dir, config: see `tf.estimator.Estimator`.
        optimizer: an optimizer, its name, or a function that makes one.
    """

    def __init__(self, head: Head, model_dir: Any = None, optimizer: Any = "Ftrl", config: Any = None) -> None:
        super().__init__(_model_fn(head, optimizer), model_dir, config)


class BaselineClassifier(BaselineEstimator):
    """Says how often each class comes, whatever the features (API: tf.estimator.BaselineClassifier).

    Args:
        n_classes, weight_column, label_vocabulary, loss_reduction: see `DNNClassifier`.
        model_dir, optimizer, config: see `BaselineEstimator`.
    """

    def __init__(
        self,
        model_dir: Any = None,
        n_classes: int = 2,
        weight_column: Any = None,
        label_vocabulary: Sequence[str] | None = None,
        optimizer: Any = "Ftrl",
        config: Any = None,
        loss_reduction: str = Reduction.SUM,
    ) -> None:
        head = classifier_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        super().__init__(head, model_dir, optimizer, config)


class BaselineRegressor(BaselineEstimator):
    """Says the mean of the labels, whatever the features (API: tf.estimator.BaselineRegressor).

    Args:
        label_dimension, weight_column, loss_reduction: see `DNNRegressor`.
        model_dir, optimizer, config: see `BaselineEstimator`.
    """

    def __init__(
        self,
        model_dir: Any = None,
        label_dimension: int = 1,
        weight_column: Any = None,
        optimizer: Any = "Ftrl",
        config: Any = None,
        loss_reduction: str = Reduction.SUM,
    ) -> None:
        super().__init__(RegressionHead(weight_column, label_dimension, loss_reduction), model_dir, optimizer, config)
