"""Decoders of Examples and SequenceExamples (API: slim.tfexample_decoder)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from convflow.ops.array.reshape import reshape
from convflow.ops.parse_sequence import parse_single_sequence_example
from convflow.ops.parsing import parse_single_example
from convflow.ops.parsing_features import FixedLenFeature
from convflow.slim.data.data_decoder import DataDecoder
from convflow.slim.data.item_handler import ItemHandler


class _Decoder(DataDecoder):
    def __init__(self, items_to_handlers: Mapping[str, ItemHandler]) -> None:
        self._items_to_handlers = items_to_handlers

    def list_items(self) -> list[str]:
        """The names of the items."""
        return list(self._items_to_handlers)

    def _made(self, parsed: Mapping[str, Any], items: Sequence[str] | None) -> list[Any]:
        handlers = [self._handler(item) for item in (self.list_items() if items is None else items)]
        return [handler.tensors_to_item({key: parsed[key] for key in handler.keys}) for handler in handlers]

    def _handler(self, item: str) -> ItemHandler:
        if item not in self._items_to_handlers:
            raise ValueError(f"The decoder has no item {item!r}. It has {', '.join(self.list_items())}.")
        return self._items_to_handlers[item]


class TFExampleDecoder(_Decoder):
    """Items of a serialized Example (API: slim.tfexample_decoder.TFExampleDecoder).

    Args:
        keys_to_features: {feature: `tf.FixedLenFeature`, `tf.VarLenFeature` ...}.
        items_to_handlers: {item: what makes it of the features}.
    """

    def __init__(self, keys_to_features: Mapping[str, Any], items_to_handlers: Mapping[str, ItemHandler]) -> None:
        super().__init__(items_to_handlers)
        self._keys_to_features = keys_to_features

    def decode(self, serialized_example: Any, items: Sequence[str] | None = None) -> list[Any]:
        """The items, all if None, of a scalar string.

        Raises:
            ValueError: there is no such item.
        """
        parsed = parse_single_example(serialized_example, dict(self._keys_to_features))
        return self._made(_shaped(parsed, self._keys_to_features), items)


class TFSequenceExampleDecoder(_Decoder):
    """Items of a serialized SequenceExample (API: slim.tfexample_decoder.TFSequenceExampleDecoder).

    Args:
        keys_to_context_features: {feature: how it is parsed} of the sequence as a whole.
        keys_to_sequence_features: {feature: how it is parsed} of each step.
        items_to_handlers: {item: what makes it of the features}.

    Raises:
        ValueError: a feature of both kinds.
    """

    def __init__(
        self,
        keys_to_context_features: Mapping[str, Any],
        keys_to_sequence_features: Mapping[str, Any],
        items_to_handlers: Mapping[str, ItemHandler],
    ) -> None:
        both = set(keys_to_context_features) & set(keys_to_sequence_features)
        if both:
            raise ValueError(
                f"The features {sorted(both)} are in the context and in the sequence; each belongs to one."
            )
        super().__init__(items_to_handlers)
        self._keys_to_context_features = keys_to_context_features
        self._keys_to_sequence_features = keys_to_sequence_features

    def decode(self, serialized_example: Any, items: Sequence[str] | None = None) -> list[Any]:
        """The items, all if None, of a scalar string.

        Raises:
            ValueError: there is no such item.
        """
        context, sequence = parse_single_sequence_example(
            serialized_example, dict(self._keys_to_context_features), dict(self._keys_to_sequence_features)
        )
        return self._made({**_shaped(context, self._keys_to_context_features), **sequence}, items)


def _shaped(parsed: Mapping[str, Any], features: Mapping[str, Any]) -> dict[str, Any]:
    """Features of a fixed length with their whole shape."""
    return {
        key: reshape(parsed[key], features[key].shape) if isinstance(features[key], FixedLenFeature) else parsed[key]
        for key in sorted(features)
    }
