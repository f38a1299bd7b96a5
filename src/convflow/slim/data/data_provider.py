"""What gives tensors by name (API: slim.data_provider)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class DataProvider:
    """Named tensors, and how many examples they run through (API: slim.data_provider.DataProvider).

    Args:
        items_to_tensors: {name: tensor}.
        num_samples: of the data set.
    """

    def __init__(self, items_to_tensors: Mapping[str, Any], num_samples: int) -> None:
        self._items_to_tensors = items_to_tensors
        self._num_samples = num_samples

    def get(self, items: Sequence[str]) -> list[Any]:
        """The tensors of the names.

        Raises:
            ValueError: there is none of a name.
        """
        unknown = [item for item in items if item not in self._items_to_tensors]
        if unknown:
            raise ValueError(f"The provider has no item {unknown[0]!r}. It has {', '.join(self.list_items())}.")
        return [self._items_to_tensors[item] for item in items]

    def list_items(self) -> list[str]:
        """The names of the items."""
        return list(self._items_to_tensors)

    def num_samples(self) -> int:
        """How many examples the data set has."""
        return self._num_samples
