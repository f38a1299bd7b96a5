"""Ids and names of classes (API: tf.estimator.MultiClassHead, BinaryClassHead)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convflow.core import dtypes
from convflow.graph.operation import Tensor
from convflow.modeling.lookup.vocabularies import index_table_from_tensor, index_to_string_table_from_tensor
from convflow.ops import operators  # noqa: F401  (tensors get their operators)
from convflow.ops.array.reshape import expand_dims
from convflow.ops.array.sequence import range as range_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.tile import tile
from convflow.ops.math.argmax import argmax
from convflow.ops.math.cast import cast
from convflow.ops.string_convert import as_string
from convflow.training.estimator.export_outputs import ClassificationOutput, ExportOutput, PredictOutput
from convflow.training.saved_model.signature_constants import DEFAULT_SERVING_SIGNATURE_DEF_KEY


class Classes:
    """The classes of a head.

    Args:
        count: how many.
        vocabulary: their names, strings; None if labels are their numbers.

    Raises:
        ValueError: a vocabulary that is no list, or of another length.
    """

    def __init__(self, count: int, vocabulary: Sequence[str] | None) -> None:
        if vocabulary is not None and not isinstance(vocabulary, (list, tuple)):
            raise ValueError(f"label_vocabulary should be a list or a tuple. Given type: {type(vocabulary)}")
        if vocabulary is not None and len(vocabulary) != count:
            raise ValueError(
                f'Length of label_vocabulary must be n_classes ({count}). Given: {len(vocabulary)}, "{vocabulary}"'
            )
        self.count, self._vocabulary = count, vocabulary

    def ids_of(self, labels: Tensor) -> Tensor:
        """From labels to numbers; ValueError for labels of another type."""
        if self._vocabulary is None:
            if labels.dtype == dtypes.string:
                raise ValueError("Labels are strings: give their names as label_vocabulary, a list of strings.")
            return labels
        if labels.dtype != dtypes.string:
            raise ValueError(
                f"Labels dtype should be string if there is a vocabulary. Instead got {labels.dtype}. Leave "
                "label_vocabulary out for numbers."
            )
        return index_table_from_tensor(tuple(self._vocabulary), name="class_id_lookup").lookup(labels)

    def likeliest(self, scores: Tensor) -> tuple[Tensor, Tensor]:
        """The number of the largest score, int64 of shape (examples, 1), and its class's name."""
        ids = expand_dims(argmax(scores, axis=-1, name="class_ids"), axis=-1)
        if self._vocabulary is None:
            return ids, as_string(ids, name="str_classes")
        return ids, index_to_string_table_from_tensor(list(self._vocabulary), name="class_string_lookup").lookup(ids)

    def all_ids(self, logits: Tensor) -> Tensor:
        """Every number for each example, int32."""
        return tile(expand_dims(range_of(self.count), axis=0), [shape_of(logits)[0], 1])

    def all_names(self, logits: Tensor) -> Tensor:
        """Every name for each example."""
        names: Any = list(self._vocabulary) if self._vocabulary else as_string(range_of(self.count))
        return tile(expand_dims(names, axis=0), [shape_of(logits)[0], 1])


def outputs(classes: Classes, predictions: dict[str, Tensor], more: dict[str, ExportOutput]) -> dict[str, ExportOutput]:
    """What a classifier serves."""
    scores = predictions["probabilities"]
    output = ClassificationOutput(scores=scores, classes=classes.all_names(scores))
    return {
        DEFAULT_SERVING_SIGNATURE_DEF_KEY: output,
        "classification": output,
        **more,
        "predict": PredictOutput(predictions),
    }


def as_floats(labels: Tensor) -> Tensor:
    return cast(labels, dtypes.float32)
