"""The paths inside tf.contrib that programs import from: each loads, and gives the objects of the public names."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import pytest

import convflow as tf


def _modules() -> list[str]:
    top = importlib.import_module("convflow.api.contrib")
    return [module.name for module in pkgutil.walk_packages(top.__path__, f"{top.__name__}.")]


@pytest.mark.parametrize("name", _modules())
def test_every_module_loads(name: str) -> None:
    assert importlib.import_module(name).__doc__


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [
        ("layers.python.layers.layers", "conv2d", tf.contrib.layers.conv2d),
        ("layers.python.layers", "initializers", None),
        ("layers.python.layers.initializers", "xavier_initializer", tf.contrib.layers.xavier_initializer),
        ("layers.python.layers.regularizers", "l2_regularizer", tf.contrib.layers.l2_regularizer),
        ("layers.python.layers.utils", "collect_named_outputs", tf.contrib.layers.utils.collect_named_outputs),
        ("framework.python.ops", "add_arg_scope", tf.contrib.framework.add_arg_scope),
        ("framework.python.ops", "arg_scope", tf.contrib.framework.arg_scope),
        ("framework.python.ops.variables", "model_variable", tf.contrib.framework.model_variable),
        ("framework.python.framework.checkpoint_utils", "load_variable", tf.train.load_variable),
        ("slim.python.slim.learning", "create_train_op", tf.contrib.slim.learning.create_train_op),
        ("slim.python.slim.nets", "resnet_v1", None),
        ("rnn.python.ops.rnn_cell", "LSTMCell", tf.nn.rnn_cell.LSTMCell),
        ("training.python.training.hparam", "HParams", tf.contrib.training.HParams),
        ("metrics.python.ops.metric_ops", "streaming_accuracy", tf.contrib.metrics.streaming_accuracy),
        ("metrics.python.ops.set_ops", "set_size", tf.sets.set_size),
        ("legacy_seq2seq.python.ops.seq2seq", "rnn_decoder", tf.contrib.legacy_seq2seq.rnn_decoder),
        ("factorization.python.ops.clustering_ops", "KMeans", tf.contrib.factorization.KMeans),
        ("learn.python.learn.estimators.estimator", "SKCompat", tf.contrib.learn.SKCompat),
        ("metrics", "confusion_matrix", tf.confusion_matrix),
        ("slim", "nn", None),
        ("framework", "deprecated", None),
        ("losses", "softmax_cross_entropy", tf.contrib.slim.losses.softmax_cross_entropy),
        ("losses.metric_learning", "triplet_semihard_loss", tf.contrib.losses.metric_learning.triplet_semihard_loss),
        ("distributions", "Normal", tf.distributions.Normal),
        ("estimator", "binary_classification_head", tf.estimator.BinaryClassHead),
        ("estimator", "multi_class_head", tf.estimator.MultiClassHead),
        ("estimator", "regression_head", tf.estimator.RegressionHead),
        ("estimator", "DNNEstimator", tf.estimator.DNNEstimator),
    ],
)
def test_inner_paths_give_the_public_objects(module: str, name: str, value: Any) -> None:
    found = getattr(importlib.import_module(f"convflow.api.contrib.{module}"), name)
    assert value is None or found is value
