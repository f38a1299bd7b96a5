"""Estimators of boosted trees: what programs ask of them, from configuration to accuracy."""

import numpy as np
import pytest

import convflow as tf
from convflow.api.contrib.boosted_trees.estimator_batch.estimator import (
    GradientBoostedDecisionTreeClassifier,
    GradientBoostedDecisionTreeRegressor,
)
from convflow.api.contrib.boosted_trees.proto import learner_pb2

RANDOM = np.random.default_rng(7)
X = RANDOM.uniform(size=(400, 3)).astype(np.float32)
THREE = (X[:, 0] * 3).astype(np.int64)
EXCLUSIVE = ((X[:, 0] > 0.5) ^ (X[:, 1] > 0.4)).astype(np.int64)
NUMBER = (3 * X[:, 0] - X[:, 1] ** 2).astype(np.float32)
fc = tf.feature_column


@pytest.fixture(autouse=True)
def graph_of_its_own():
    with tf.Graph().as_default():
        yield
    tf.summary.FileWriterCache.clear()


def inputs(x, y, epochs=None, batch_size=100):
    return tf.estimator.inputs.numpy_input_fn(x, y, batch_size=batch_size, num_epochs=epochs, shuffle=False)


def learner(**settings):
    config = learner_pb2.LearnerConfig()
    config.learning_rate_tuner.fixed.learning_rate = 0.3
    config.regularization.l2 = 1e-3
    config.constraints.max_tree_depth = 4
    for key, value in settings.items():
        setattr(config, key, value)
    return config


def test_a_classifier_grows_the_trees_it_is_told(tmp_path):
    config = learner(
        growing_mode=learner_pb2.LearnerConfig.LAYER_BY_LAYER,
        multi_class_strategy=learner_pb2.LearnerConfig.DIAGONAL_HESSIAN,
    )
    run_config = tf.contrib.learn.RunConfig(save_checkpoints_secs=300)
    model = GradientBoostedDecisionTreeClassifier(
        learner_config=config, n_classes=3, examples_per_layer=100, num_trees=3, center_bias=False,
        model_dir=str(tmp_path), config=run_config,
    )  # fmt: skip
    # The labels of a set of images are bytes.
    model.fit(input_fn=inputs({"images": X}, THREE.astype(np.uint8)), max_steps=1000)
    assert model.get_variable_value("boosted_trees/state")[0] == 3
    # Three trees of four layers, each of one batch.
    assert model.get_variable_value("global_step") == 12
    found = model.evaluate(input_fn=inputs({"images": X}, THREE.astype(np.uint8), epochs=1))
    assert found["accuracy"] > 0.97 and set(found) >= {"loss", "global_step"}
    classes = [item["classes"] for item in model.predict(input_fn=inputs({"images": X}, None, epochs=1))]
    assert np.mean(np.array(classes) == THREE) == pytest.approx(found["accuracy"])
    again = GradientBoostedDecisionTreeClassifier(config, 100, n_classes=3, num_trees=4, model_dir=str(tmp_path))
    again.fit(input_fn=inputs({"images": X}, THREE), max_steps=1000)
    assert again.get_variable_value("boosted_trees/state")[0] == 4


def test_two_classes_and_numbers_are_learned_from_arrays():
    model = GradientBoostedDecisionTreeClassifier(learner(), 400, num_trees=5)
    model.fit(x=X, y=EXCLUSIVE, max_steps=100)
    assert model.evaluate(x=X, y=EXCLUSIVE)["auc"] > 0.98
    model = GradientBoostedDecisionTreeRegressor(learner(), 400, num_trees=5)
    model.fit(x=X, y=NUMBER, max_steps=100)
    assert model.evaluate(x=X, y=NUMBER)["loss"] < 0.1 * NUMBER.var()
    assert next(model.predict(x=X))["scores"].shape == (1,)


def bucketized(name):
    return fc.bucketized_column(fc.numeric_column(name), [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])


def columns():
    return {"a": X[:, 0], "b": X[:, 1], "c": X[:, 2], "colour": np.where(X[:, 2] > 0.5, "red", "blue")}


def test_trees_on_bucketized_columns_and_their_importances():
    colour = fc.indicator_column(fc.categorical_column_with_vocabulary_list("colour", ["red", "blue"]))
    used = [bucketized("a"), bucketized("b"), colour]
    model = tf.estimator.BoostedTreesClassifier(
        used, n_batches_per_layer=1, n_trees=5, max_depth=3, learning_rate=0.5, l2_regularization=0.001
    )
    model.train(inputs(columns(), EXCLUSIVE, batch_size=400), max_steps=100)
    assert model.get_variable_value("global_step") == 15
    assert model.evaluate(inputs(columns(), EXCLUSIVE, epochs=1))["accuracy"] == 1
    names, numbers = model.experimental_feature_importances(normalize=True)
    assert set(names[:2]) == {"a_bucketized", "b_bucketized"} and names[2] == "colour_indicator"
    assert numbers.sum() == pytest.approx(1) and (np.diff(numbers) <= 0).all()


def test_a_regressor_waits_for_its_batches_and_takes_weights():
    model = tf.estimator.BoostedTreesRegressor(
        [bucketized("a"), fc.numeric_column("b")], n_batches_per_layer=4, n_trees=4, max_depth=3, learning_rate=0.5,
        center_bias=True, weight_column="c",
    )  # fmt: skip
    model.train(inputs(columns(), NUMBER), max_steps=200)
    # One layer for the bias, and one more in which it has settled.
    assert model.get_variable_value("global_step") == 4 * (4 * 3 + 2)
    assert model.evaluate(inputs(columns(), NUMBER, epochs=1))["average_loss"] < 0.1 * NUMBER.var()


def test_a_saved_configuration_is_tensorflows():
    config = learner(pruning_mode=learner_pb2.LearnerConfig.PRE_PRUNE)
    # Numbers of fields and their encoding, from learner.proto.
    wanted = b"\x22\x05\x15\x6f\x12\x83\x3a\x2a\x02\x08\x04\x32\x07\x0a\x05\x0d\x9a\x99\x99\x3e\x40\x01"
    assert config.SerializeToString(deterministic=True) == wanted
    assert learner_pb2.LearnerConfig.DIAGONAL_HESSIAN == 3


REFUSED = {
    "multi_class_strategy FULL_HESSIAN is not there": lambda: GradientBoostedDecisionTreeClassifier(
        learner(multi_class_strategy=learner_pb2.LearnerConfig.FULL_HESSIAN), 10, n_classes=3
    ),
    "use_core_libs is not there": lambda: GradientBoostedDecisionTreeClassifier(learner(), 10, use_core_libs=True),
    "must be in": lambda: GradientBoostedDecisionTreeClassifier(learner(feature_fraction_per_tree=1.5), 10),
    "pruning_mode must be one of": lambda: tf.estimator.BoostedTreesClassifier(
        [bucketized("a")], 1, pruning_mode="best"
    ),
    "tree_complexity has no effect": lambda: tf.estimator.BoostedTreesClassifier(
        [bucketized("a")], 1, tree_complexity=1.0
    ),
    "n_trees must be at least 1": lambda: tf.estimator.BoostedTreesRegressor([bucketized("a")], 1, n_trees=0),
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_estimators_refuse(text):
    with pytest.raises((ValueError, NotImplementedError), match=text):
        REFUSED[text]()


def test_features_without_columns_are_dense_numbers():
    model = GradientBoostedDecisionTreeClassifier(learner(), 10)
    with pytest.raises(ValueError, match="Feature colour is of string, trees compare numbers"):
        model.fit(input_fn=inputs(columns(), EXCLUSIVE), steps=1)
