"""Iterators that a strategy makes (API: tf.distribute.Strategy.make_dataset_iterator)."""

from __future__ import annotations

import enum
from typing import Any

from convflow.input.iterators import make_initializable_iterator


class InputReplicationMode(enum.Enum):
    """How often an input function is called (API: tf.distribute.InputReplicationMode)."""

    PER_WORKER = "PER_WORKER"
    PER_REPLICA = "PER_REPLICA"


class InputIterator:
    """The elements of a data set, those for each replica at a time: of one replica, one."""

    def __init__(self, dataset: Any) -> None:
        self._iterator = make_initializable_iterator(dataset)

    def initialize(self) -> list[Any]:
        """The nodes that begin at the first element."""
        return [self._iterator.initializer]

    @property
    def initializer(self) -> list[Any]:
        return self.initialize()

    @property
    def output_classes(self) -> Any:
        return self._iterator.output_classes

    @property
    def output_shapes(self) -> Any:
        return self._iterator.output_shapes

    @property
    def output_types(self) -> Any:
        return self._iterator.output_types

    def get_next(self, name: str | None = None) -> Any:
        """The tensors of the next element."""
        return self._iterator.get_next(name)


class FunctionIterator:
    """The same of an input function that returned a function of tensors."""

    def __init__(self, function: Any) -> None:
        self._function = function

    def initialize(self) -> list[Any]:
        """There is nothing to begin."""
        return []

    def get_next(self, name: str | None = None) -> Any:
        """What the function returns."""
        return self._function()
