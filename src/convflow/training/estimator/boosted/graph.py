"""An ensemble of trees as nodes of a graph (API: tf.estimator.BoostedTreesClassifier, tf.contrib.boosted_trees).

The trees are variables, so checkpoints hold them. The algorithm (`convflow.modeling.boosting`) runs in NumPy, as Python
functions of the graph: a graph with trees can be run only by the program that built it. What was seen of a layer that
is not grown yet belongs to the graph, and is not saved.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.boosting import ensemble
from convflow.modeling.boosting.growth import LAYERS, TREES, Ensemble, Growth, GrowthSettings
from convflow.modeling.variables.variable import Variable
from convflow.ops.array.identity import group
from convflow.ops.script import py_func
from convflow.ops.state import assign, assign_add
from convflow.training.estimator.canned.heads.head import Head
from convflow.training.estimator.mode_keys import ModeKeys
from convflow.training.estimator.spec import EstimatorSpec
from convflow.training.global_step import get_global_step
from convflow.training.session_run_hook import SessionRunArgs, SessionRunContext, SessionRunHook, SessionRunValues


class Trees:
    """The variables of an ensemble and the nodes that use them.

    Args:
        dimension: how many logits there are.
        settings: how to grow.
    """

    def __init__(self, dimension: int, settings: GrowthSettings) -> None:
        self._dimension, self._growth = dimension, Growth(settings)
        with name_scope("boosted_trees"):
            self._nodes = Variable(ensemble.no_trees(dimension), trainable=False, validate_shape=False, name="nodes")
            self._bias = Variable(np.zeros(dimension, np.float32), trainable=False, name="bias")
            self.state = Variable(np.zeros(6, np.int64), trainable=False, name="state")

    def logits(self, x: Tensor) -> Tensor:
        """float32 of shape (examples, logits)."""

        def function(nodes: np.ndarray, bias: np.ndarray, x: np.ndarray) -> np.ndarray:
            return bias + ensemble.sums_of(nodes, x, ensemble.roots_of(nodes))

        logits = py_func(function, [self._nodes, self._bias, x], dtypes.float32, stateful=False, name="logits")
        logits.set_shape(TensorShape([x.shape[0].value, self._dimension]))
        return logits

    def train_op(self, x: Tensor, labels: Tensor, weights: Any) -> Any:
        """Learns a batch, and adds one to the global step."""

        def function(*values: np.ndarray) -> list[np.ndarray]:
            nodes, bias, state, x, labels, weights = values
            # One weight for all, or one for each example.
            weights = np.broadcast_to(weights, np.broadcast_shapes(np.shape(weights), (len(x), 1)))
            grown = self._growth.learn(Ensemble(nodes, bias, state), np.array(x), labels, weights)
            return [grown.nodes, grown.bias, grown.state]

        inputs = [self._nodes, self._bias, self.state, x, labels, convert_to_tensor(weights, dtype=dtypes.float32)]
        nodes, bias, state = py_func(function, inputs, [dtypes.float32, dtypes.float32, dtypes.int64], name="grow")
        bias.set_shape([self._dimension])
        state.set_shape([6])
        return group(
            assign(self._nodes, nodes, validate_shape=False), assign(self._bias, bias), assign(self.state, state),
            assign_add(get_global_step(), 1),
        )  # fmt: skip


class StopAtTrees(SessionRunHook):
    """Ends the training when the trees are grown.

    Args:
        state: of the trees.
        num_trees: how many.
    """

    def __init__(self, state: Variable, num_trees: int) -> None:
        self._state, self._num_trees = state, num_trees

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        return SessionRunArgs(self._state)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        state = run_values.results
        if state[TREES] >= self._num_trees and state[LAYERS]:
            run_context.request_stop()


def model_function(
    head: Head, settings: GrowthSettings, matrix: Callable[[Any], Tensor], num_trees: int | None
) -> Callable[..., EstimatorSpec]:
    """The model function of trees.

    Args:
        head: makes predictions, loss and metrics of the logits.
        settings: how to grow.
        matrix: from features to numbers, float32 of shape (examples, numbers).
        num_trees: when to stop; None for never.
    """

    def model_fn(features: Any, labels: Any, mode: str) -> EstimatorSpec:
        x = matrix(features)
        trees = Trees(head.logits_dimension, settings)
        logits = trees.logits(x)

        def train_op(loss: Tensor) -> Any:
            losses = head.create_loss(features, mode, logits, labels)
            return trees.train_op(x, losses.labels, losses.weights)

        spec = head.create_estimator_spec(features, mode, logits, labels, train_op_fn=train_op)
        if mode == ModeKeys.TRAIN and num_trees is not None:
            return spec._replace(training_hooks=[*spec.training_hooks, StopAtTrees(trees.state, num_trees)])
        return spec

    return model_fn
