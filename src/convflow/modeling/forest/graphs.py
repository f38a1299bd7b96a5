"""Forests as nodes of a graph (API: tf.contrib.tensor_forest.python.tensor_forest.RandomForestGraphs).

A tree is a variable, so initializers, savers and sessions treat it as any other. What its leaves learn is a resource of
the session: it is made anew with `resources.initialize_resources`, and is not saved, as in TensorFlow without
`checkpoint_stats`. The algorithm runs in NumPy (`growth.py`) as Python functions of the graph, so a graph with a forest
can be trained only by the program that built it.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.forest import tree as trees
from convflow.modeling.forest.growth import Growth, GrowthSettings
from convflow.modeling.forest.hparams import ForestHParams
from convflow.modeling.variables.variable import Variable
from convflow.ops.array.identity import group
from convflow.ops.array.stack import stack
from convflow.ops.math.arithmetic import negative
from convflow.ops.math.cast import cast
from convflow.ops.math.reduce import reduce_max, reduce_mean
from convflow.ops.resources import register_resource
from convflow.ops.script import py_func
from convflow.ops.state import assign, is_variable_initialized

_EPSILON = 1e-5


class _Tree:
    """One tree's variable and functions."""

    def __init__(self, params: ForestHParams, number: int) -> None:
        self._params, self._number = params, number
        self._grown: dict[int, Growth] = {}
        self._next = count(1)
        empty = trees.empty_tree(params.max_nodes, params.num_classes)
        self.variable = Variable(empty, trainable=False, name=f"tree-{number}")
        made = py_func(self._made, [], dtypes.int64)
        made.set_shape([])
        # In no collection of variables: it is initialized with the resources, and not saved.
        self._handle = Variable(made, trainable=False, collections=["forest_statistics"], name=f"stats-{number}")
        register_resource(self._handle._ref(), self._handle.initializer, is_variable_initialized(self._handle))

    def _made(self) -> np.int64:
        """New statistics; their number."""
        params = self._params
        features = np.arange(params.num_features)
        if params.bagged_features is not None:
            features = np.asarray(params.bagged_features[self._number])
        settings = GrowthSettings(
            num_classes=params.num_classes,
            candidates=params.num_splits_to_consider,
            split_after_samples=params.split_after_samples,
            valid_leaf_threshold=params.valid_leaf_threshold,
            bagging_fraction=params.bagging_fraction,
            features=features,
        )
        seed = params.base_random_seed + self._number if params.base_random_seed else None
        number = next(self._next)
        self._grown[number] = Growth(settings, seed)
        return np.int64(number)

    def grow(self, x: Tensor, y: Tensor) -> Operation:
        """Learns from a batch."""

        def function(number: Any, tree: np.ndarray, examples: np.ndarray, classes: np.ndarray) -> np.ndarray:
            return self._grown[int(number)].grown(tree, *_checked(examples, classes, self._params))

        grown = py_func(function, [self._handle, self.variable, x, y], dtypes.float32)
        grown.set_shape(self.variable.shape)
        return assign(self.variable, grown).op

    def _of(
        self, function: Callable[..., np.ndarray], inputs: list[Any], dtype: Any, shape: list[int | None]
    ) -> Tensor:
        result = py_func(function, [self.variable, *inputs], dtype, stateful=False)
        result.set_shape(shape)
        return result

    def probabilities(self, x: Tensor) -> Tensor:
        """[n, classes]."""
        shape = [x.shape.as_list()[0], self._params.num_classes]
        return self._of(_probabilities(self._params), [x], dtypes.float32, shape)

    def leaves(self, x: Tensor) -> Tensor:
        """[n]."""
        return self._of(lambda tree, x: trees.leaves_of(tree, x).astype(np.int32), [x], dtypes.int32, [None])

    def size(self) -> Tensor:
        """The number of nodes."""
        return self._of(lambda tree: np.asarray(trees.size_of_tree(tree), np.int32), [], dtypes.int32, [])

    def feature_usage(self) -> Tensor:
        """[features]: in how many nodes each is compared."""

        def function(tree: np.ndarray) -> np.ndarray:
            inner = tree[tree[:, trees.LEFT] > 0]
            counts = np.bincount(inner[:, trees.FEATURE].astype(np.int64), minlength=self._params.num_features)
            return counts.astype(np.int32)

        return self._of(function, [], dtypes.int32, [self._params.num_features])


def _probabilities(params: ForestHParams) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    def function(tree: np.ndarray, x: np.ndarray) -> np.ndarray:
        _check_width(x, params)
        return trees.probabilities_of(tree, x)

    return function


def _check_width(x: np.ndarray, params: ForestHParams) -> None:
    if x.ndim != 2 or x.shape[1] != params.num_features:
        raise ValueError(
            f"The forest got examples of shape {list(x.shape)}; it was made for [n, {params.num_features}]: set "
            "num_features, or reshape them."
        )


def _checked(x: np.ndarray, y: np.ndarray, params: ForestHParams) -> tuple[np.ndarray, np.ndarray]:
    _check_width(x, params)
    classes = y.reshape(-1).astype(np.int64)
    if len(classes) != len(x):
        raise ValueError(f"The forest got {len(x)} examples and {len(classes)} labels: give one label for each.")
    if classes.size and not 0 <= classes.min() <= classes.max() < params.num_classes:
        wrong = classes[(classes < 0) | (classes >= params.num_classes)][0]
        raise ValueError(
            f"The forest got the label {wrong}, which is not in [0, {params.num_classes}): give numbers of classes."
        )
    return x, classes


class RandomForestGraphs:
    """A forest (API: tf.contrib.tensor_forest.python.tensor_forest.RandomForestGraphs; Breiman, "Random Forests",
    2001, grown from batches: see `growth.py`).

    Args:
        params: from `ForestHParams(...).fill()`.

    The other arguments of TensorFlow's class, which share trees among machines, must be left out.

    Raises:
        NotImplementedError: one of these.
    """

    def __init__(self, params: ForestHParams, *others: Any, **more: Any) -> None:
        given = [*(repr(item) for item in others if item is not None), *(k for k, v in more.items() if v is not None)]
        if given:
            raise NotImplementedError(
                f"RandomForestGraphs: {', '.join(given)} is for forests of several machines, which are not here. "
                "Give `params` alone."
            )
        self.params = params
        with name_scope("forest"):
            self._trees = [_Tree(params, number) for number in range(params.num_trees)]

    def training_graph(
        self, input_data: Any, input_labels: Any, num_trainers: int = 1, trainer_id: int = 0
    ) -> Operation:
        """The operation that learns from a batch.

        Args:
            input_data: float32 of shape [n, num_features].
            input_labels: the classes, integers of shape [n].

        Raises:
            NotImplementedError: more than one trainer.
            tf.errors.InvalidArgumentError: in running: other shapes, or a label that is no class.
        """
        if num_trainers != 1 or trainer_id != 0:
            raise NotImplementedError(f"training_graph: num_trainers={num_trainers} is not here, there is one trainer.")
        x = convert_to_tensor(input_data, dtype=dtypes.float32)
        y = convert_to_tensor(input_labels)
        return group(*[tree.grow(x, y) for tree in self._trees], name="train")

    def inference_graph(self, input_data: Any, **inference_args: Any) -> tuple[Tensor, Tensor, Tensor]:
        """What the trees say.

        Args:
            input_data: float32 of shape [n, num_features].

        Returns:
            The mean of the trees' probabilities, [n, num_classes]; the leaf in each tree, int32 of shape
            [n, num_trees]; and the trees' variance, [n, num_classes].
        """
        x = convert_to_tensor(input_data, dtype=dtypes.float32)
        each = stack([tree.probabilities(x) for tree in self._trees])
        mean = reduce_mean(each, 0, name="probabilities")
        variance = reduce_mean((each - mean) * (each - mean), 0)
        return mean, stack([tree.leaves(x) for tree in self._trees], 1), variance

    def average_size(self) -> Tensor:
        """The mean number of nodes of a tree, a float32 scalar."""
        return reduce_mean(cast(stack([tree.size() for tree in self._trees]), dtypes.float32))

    def training_loss(self, features: Any, labels: Any, name: str = "training_loss") -> Tensor:
        """Minus the mean number of nodes: it falls while the forest grows, a float32 scalar."""
        return negative(self.average_size(), name=name)

    def validation_loss(self, features: Any, labels: Any) -> Tensor:
        """As `training_loss`."""
        return self.training_loss(features, labels)

    def feature_importances(self) -> Tensor:
        """How often each feature is compared, divided by the largest such number: float32 of shape [num_features]."""
        usage = stack([tree.feature_usage() for tree in self._trees])
        totals = reduce_mean(cast(usage, dtypes.float32), 0)
        return totals / (reduce_max(totals) + _EPSILON)
