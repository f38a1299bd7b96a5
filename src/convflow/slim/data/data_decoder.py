"""What turns a record into named items (API: slim.data_decoder)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any


class DataDecoder(ABC):
    """Turns a record into named items (API: slim.data_decoder.DataDecoder)."""

    @abstractmethod
    def decode(self, data: Any, items: Sequence[str]) -> list[Any]:
        """The tensors of the `items`, in their order, of a record `data`, a scalar string."""

    @abstractmethod
    def list_items(self) -> list[str]:
        """The names of the items there are."""
