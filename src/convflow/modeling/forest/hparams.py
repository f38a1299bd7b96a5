"""What a forest is made with (API: tf.contrib.tensor_forest.python.tensor_forest.ForestHParams)."""

from __future__ import annotations

import random
from typing import Any

from convflow.core import logging

_MOST_SPLITS = 1000
# Settings of TensorFlow's forest that this one does not have, and the only values it takes for them.
_ONLY = {
    "dominate_method": ("bootstrap", "none"),
    "split_finish_name": ("basic",),
    "split_pruning_name": ("none",),
    "split_name": ("less_or_equal",),
    "regression": (False,),
}


class ForestHParams:
    """The parameters of a forest (API: tf.contrib.tensor_forest.python.tensor_forest.ForestHParams).

    Args:
        num_trees: how many trees.
        max_nodes: the most nodes of a tree.
        bagging_fraction: the part of each batch that a tree learns from, above 0 and at most 1.
        num_splits_to_consider: how many candidate splits a leaf compares; as many as features, at most 1000, if 0.
        feature_bagging_fraction: the part of the features that a tree sees.
        split_after_samples: a leaf is split after so many examples.
        valid_leaf_threshold: the fewest examples on each side of a split.
        num_classes, num_features: needed, as keywords.
        base_random_seed: of the candidates, a keyword; 0 draws other ones each time.
        others: kept as attributes. Of `dominate_method` ("bootstrap"), `split_finish_name` ("basic"), `split_name`
            ("less_or_equal"), `split_pruning_name` ("none") and `regression` (False) only these values are there.
    """

    def __init__(
        self,
        num_trees: int = 100,
        max_nodes: int = 10000,
        bagging_fraction: float = 1.0,
        num_splits_to_consider: int = 0,
        feature_bagging_fraction: float = 1.0,
        max_fertile_nodes: int = 0,
        split_after_samples: int = 250,
        valid_leaf_threshold: int = 1,
        dominate_method: str = "bootstrap",
        dominate_fraction: float = 0.99,
        model_name: str = "all_dense",
        split_finish_name: str = "basic",
        split_pruning_name: str = "none",
        prune_every_samples: int = 0,
        early_finish_check_every_samples: int = 0,
        collate_examples: bool = False,
        checkpoint_stats: bool = False,
        use_running_stats_method: bool = False,
        initialize_average_splits: bool = False,
        inference_tree_paths: bool = False,
        param_file: str | None = None,
        split_name: str = "less_or_equal",
        **kwargs: Any,
    ) -> None:
        self.num_trees, self.max_nodes = num_trees, max_nodes
        self.bagging_fraction, self.feature_bagging_fraction = bagging_fraction, feature_bagging_fraction
        self.num_splits_to_consider = num_splits_to_consider
        self.max_fertile_nodes = max_fertile_nodes
        self.split_after_samples, self.valid_leaf_threshold = split_after_samples, valid_leaf_threshold
        self.dominate_method, self.dominate_fraction = dominate_method, dominate_fraction
        self.model_name, self.split_finish_name, self.split_name = model_name, split_finish_name, split_name
        self.split_pruning_name, self.prune_every_samples = split_pruning_name, prune_every_samples
        self.early_finish_check_every_samples = early_finish_check_every_samples
        self.collate_examples, self.checkpoint_stats = collate_examples, checkpoint_stats
        self.use_running_stats_method = use_running_stats_method
        self.initialize_average_splits = initialize_average_splits
        self.inference_tree_paths, self.param_file = inference_tree_paths, param_file
        self.base_random_seed = 0
        self.regression = False
        self.num_classes: int = 0
        self.num_features: int = 0
        for name, value in kwargs.items():
            setattr(self, name, value)

    def values(self) -> dict[str, Any]:
        """The parameters by name."""
        return dict(self.__dict__)

    def fill(self) -> ForestHParams:
        """Sets what follows from the others, and returns itself.

        Raises:
            ValueError: no num_classes or num_features, or a value out of its range.
            NotImplementedError: a kind of forest that is not here.
        """
        self._check()
        self.bagged_num_features = int(self.feature_bagging_fraction * self.num_features)
        self.bagged_features: list[list[int]] | None = None
        if self.feature_bagging_fraction < 1.0:
            drawn = random.Random(self.base_random_seed or None)
            every = range(self.num_features)
            self.bagged_features = [
                sorted(drawn.sample(every, self.bagged_num_features)) for _ in range(self.num_trees)
            ]
        self.num_outputs = 1
        self.num_output_columns = self.num_classes + 1
        self.num_splits_to_consider = self.num_splits_to_consider or min(self.num_features, _MOST_SPLITS)
        logging.info("Constructing forest with params = ")
        logging.info(self.__dict__)
        return self

    def _check(self) -> None:
        for name, allowed in _ONLY.items():
            value = getattr(self, name)
            if value not in allowed:
                raise NotImplementedError(
                    f"ForestHParams: {name}={value!r} is not here, only {allowed[0]!r}. Leave it at that."
                )
        for name in ("num_classes", "num_features", "num_trees", "split_after_samples"):
            if getattr(self, name) < 1:
                raise ValueError(
                    f"ForestHParams: {name} is {getattr(self, name)}, it must be at least 1. Give it as a keyword."
                )
        for name in ("bagging_fraction", "feature_bagging_fraction"):
            if not 0 < getattr(self, name) <= 1:
                raise ValueError(f"ForestHParams: {name} is {getattr(self, name)}, it must be above 0 and at most 1.")
