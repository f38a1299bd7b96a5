"""Boosted trees by a learner's configuration (API: tf.contrib.boosted_trees.estimator_batch.estimator)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from convflow.core import dtypes
from convflow.formats.learner import LearnerConfig
from convflow.graph.convert import convert_to_tensor
from convflow.modeling.boosting import slopes
from convflow.modeling.boosting.growth import GrowthSettings
from convflow.modeling.boosting.splits import Penalties
from convflow.ops.math.cast import cast
from convflow.training.estimator.boosted.graph import model_function
from convflow.training.estimator.boosted.matrix import matrix_of_columns, matrix_of_features
from convflow.training.estimator.canned.heads.binary import BinaryClassHead
from convflow.training.estimator.canned.heads.head import Head
from convflow.training.estimator.canned.heads.multi_class import MultiClassHead
from convflow.training.estimator.canned.heads.regression import RegressionHead
from convflow.training.estimator.contrib_learn import feeding
from convflow.training.estimator.contrib_learn.learner import Learner
from convflow.training.estimator.spec import EstimatorSpec

_DEFAULT_DEPTH = 6
_DEFAULT_RATE = 0.1


def growth_settings(
    config: Any, slopes_of: Any, dimension: int, examples_per_layer: Any, center_bias: bool, quantiles: int
) -> GrowthSettings:
    """The settings that a `LearnerConfig` stands for.

    Raises:
        NotImplementedError: a setting that is not there. ValueError: a fraction outside of (0, 1].
    """
    _check(config)
    per_layer = config.WhichOneof("feature_fraction") == "feature_fraction_per_level"
    fraction = config.feature_fraction_per_level if per_layer else config.feature_fraction_per_tree
    if config.WhichOneof("feature_fraction") is None:
        fraction = 1.0
    if not 0 < fraction <= 1:
        raise ValueError(f"The fraction of features must be in (0, 1], got {fraction}.")
    rate = _DEFAULT_RATE
    if config.learning_rate_tuner.HasField("fixed"):
        rate = config.learning_rate_tuner.fixed.learning_rate
    unspecified = config.multi_class_strategy == LearnerConfig.MULTI_CLASS_STRATEGY_UNSPECIFIED
    per_class = config.multi_class_strategy == LearnerConfig.TREE_PER_CLASS
    regularization, constraints = config.regularization, config.constraints
    return GrowthSettings(
        slopes_of,
        Penalties(regularization.l1, regularization.l2, regularization.tree_complexity, constraints.min_node_weight),
        rate,
        constraints.max_tree_depth or _DEFAULT_DEPTH,
        enough=_enough(examples_per_layer),
        quantiles=quantiles,
        layer_by_layer=config.growing_mode != LearnerConfig.WHOLE_TREE,
        prune_afterwards=config.pruning_mode != LearnerConfig.PRE_PRUNE,
        tree_per_class=per_class or (unspecified and dimension == 1),
        feature_fraction=fraction,
        fraction_per_layer=per_layer,
        center_bias=center_bias,
    )


def _enough(examples_per_layer: Any) -> Callable[[int, int, int], bool]:
    if callable(examples_per_layer):
        return lambda examples, batches, depth: examples >= examples_per_layer(depth)
    return lambda examples, batches, depth: examples >= examples_per_layer


def _check(config: Any) -> None:
    tuner = config.learning_rate_tuner.WhichOneof("tuner")
    absent = {
        f"learning_rate_tuner.{tuner}": tuner not in (None, "fixed"),
        "averaging_config": config.averaging_config.WhichOneof("config") is not None,
        "constraints.max_number_of_unique_feature_columns": config.constraints.max_number_of_unique_feature_columns > 0,
        "multi_class_strategy FULL_HESSIAN": config.multi_class_strategy == LearnerConfig.FULL_HESSIAN,
        "weak_learner_type OBLIVIOUS_DECISION_TREE": config.weak_learner_type == LearnerConfig.OBLIVIOUS_DECISION_TREE,
    }
    for name, given in absent.items():
        if given:
            raise NotImplementedError(f"LearnerConfig: {name} is not there. Leave it out of the configuration.")


class _GradientBoosted(Learner):
    """What classifier and regressor share (API: tf.contrib.boosted_trees.estimator_batch.estimator)."""

    def __init__(
        self, head: Head, settings: GrowthSettings, num_trees: int | None, feature_columns: Any, model_dir: Any,
        config: Any, feature_engineering_fn: Any, finish: Callable[[EstimatorSpec], EstimatorSpec],
        unused: dict[str, Any],
    ) -> None:  # fmt: skip
        for name, value in unused.items():
            if value:
                raise NotImplementedError(f"{type(self).__name__}: {name} is not there. Leave it out.")
        columns = list(feature_columns or [])
        matrix = partial(matrix_of_columns, columns=columns) if columns else matrix_of_features
        model = model_function(head, settings, matrix, num_trees)

        def model_fn(features: Any, labels: Any, mode: str) -> EstimatorSpec:
            if feature_engineering_fn is not None:
                features, labels = feature_engineering_fn(feeding.plain(features), labels)
            return finish(model(feeding.named(features), _of_any_integers(labels), mode))

        super().__init__(model_fn, model_dir, config)


def _of_any_integers(labels: Any) -> Any:
    """Labels as the heads take them: classes may be integers of any size here, as the bytes of image sets are."""
    if labels is None:
        return None
    labels = convert_to_tensor(labels)
    return cast(labels, dtypes.int64) if labels.dtype.is_integer else labels


def _with_class_numbers(spec: EstimatorSpec) -> EstimatorSpec:
    """`classes` are numbers, not texts, in tf.contrib.learn."""
    ids = spec.predictions["class_ids"]
    return spec._replace(predictions={**spec.predictions, "classes": ids[:, 0]})


class GradientBoostedDecisionTreeClassifier(_GradientBoosted):
    """Boosted trees that tell classes apart.

    (API: tf.contrib.boosted_trees.estimator_batch.estimator.GradientBoostedDecisionTreeClassifier.)

    Its predictions are `classes`, `probabilities` and `logits`; its metrics `accuracy`, `loss` and, of two classes,
    `auc` and others.

    Args:
        learner_config: a `learner_pb2.LearnerConfig`: regularization relative to the mean loss of a batch's examples,
            depth, learning rate, how to grow and prune.
        examples_per_layer: how many examples a layer of a tree is grown from, or a function of its depth.
        n_classes: how many classes.
        num_trees: when the training ends; None for never.
        feature_columns: what the trees compare; all features, dense numbers, if None.
        weight_column_name: the key of the examples' weights.
        model_dir, config: see `tf.contrib.learn.Estimator`.
        label_keys: the classes' names, if labels are strings.
        feature_engineering_fn: from features and labels to those that are used.
        center_bias: begin with the best constant.
        num_quantiles: how many thresholds are tried for a feature.
        logits_modifier_function, use_core_libs, output_leaf_index, override_global_step_value: must be left out.

    Raises:
        NotImplementedError: a setting that is not there.
    """

    def __init__(
        self,
        learner_config: Any,
        examples_per_layer: Any,
        n_classes: int = 2,
        num_trees: int | None = None,
        feature_columns: Any = None,
        weight_column_name: str | None = None,
        model_dir: Any = None,
        config: Any = None,
        label_keys: Any = None,
        feature_engineering_fn: Any = None,
        logits_modifier_function: Any = None,
        center_bias: bool = True,
        use_core_libs: bool = False,
        output_leaf_index: bool = False,
        override_global_step_value: Any = None,
        num_quantiles: int = 100,
    ) -> None:
        head: Head
        if n_classes == 2:
            head, slopes_of = BinaryClassHead(weight_column_name, label_vocabulary=label_keys), slopes.logistic
        else:
            head, slopes_of = MultiClassHead(n_classes, weight_column_name, label_keys), slopes.softmax
        settings = growth_settings(
            learner_config, slopes_of, head.logits_dimension, examples_per_layer, center_bias, num_quantiles
        )
        unused = {
            "logits_modifier_function": logits_modifier_function, "use_core_libs": use_core_libs,
            "output_leaf_index": output_leaf_index, "override_global_step_value": override_global_step_value,
        }  # fmt: skip
        super().__init__(
            head, settings, num_trees, feature_columns, model_dir, config, feature_engineering_fn,
            _with_class_numbers, unused,
        )  # fmt: skip


class GradientBoostedDecisionTreeRegressor(_GradientBoosted):
    """Boosted trees that give numbers.

    (API: tf.contrib.boosted_trees.estimator_batch.estimator.GradientBoostedDecisionTreeRegressor.)

    Its prediction is `scores`; its metric `loss`.

    Args:
        label_dimension: how many numbers a label is.
        label_name: has no effect.
        learner_config, examples_per_layer, num_trees, feature_columns, weight_column_name, model_dir, config,
        feature_engineering_fn, center_bias, num_quantiles, logits_modifier_function, use_core_libs, output_leaf_index,
        override_global_step_value: see `GradientBoostedDecisionTreeClassifier`.
    """

    def __init__(
        self,
        learner_config: Any,
        examples_per_layer: Any,
        label_dimension: int = 1,
        num_trees: int | None = None,
        feature_columns: Any = None,
        label_name: str | None = None,
        weight_column_name: str | None = None,
        model_dir: Any = None,
        config: Any = None,
        feature_engineering_fn: Any = None,
        logits_modifier_function: Any = None,
        center_bias: bool = True,
        use_core_libs: bool = False,
        output_leaf_index: bool = False,
        override_global_step_value: Any = None,
        num_quantiles: int = 100,
    ) -> None:
        head = RegressionHead(weight_column_name, label_dimension)
        settings = growth_settings(
            learner_config, slopes.squared, label_dimension, examples_per_layer, center_bias, num_quantiles
        )
        unused = {
            "logits_modifier_function": logits_modifier_function, "use_core_libs": use_core_libs,
            "output_leaf_index": output_leaf_index, "override_global_step_value": override_global_step_value,
        }  # fmt: skip
        super().__init__(
            head, settings, num_trees, feature_columns, model_dir, config, feature_engineering_fn, with_scores, unused
        )


def with_scores(spec: EstimatorSpec) -> EstimatorSpec:
    """Regressions are called `scores` in tf.contrib.learn."""
    return spec._replace(predictions={**spec.predictions, "scores": spec.predictions["predictions"]})
