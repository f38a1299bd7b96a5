"""Connectionist temporal classification as Keras has it: batches first, probabilities in the place of scores.

API: tf.keras.backend.ctc_label_dense_to_sparse, ctc_batch_cost, ctc_decode.
"""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.sparse_tensor import SparseTensor
from convflow.modeling.keras.backend import epsilon
from convflow.ops.array.reshape import expand_dims, squeeze
from convflow.ops.array.transpose import transpose
from convflow.ops.ctc.decode import ctc_beam_search_decoder, ctc_greedy_decoder
from convflow.ops.ctc.labels import dense_to_sparse
from convflow.ops.ctc.loss import ctc_loss
from convflow.ops.math.cast import cast
from convflow.ops.math.elementwise import log
from convflow.ops.sparse.to_dense import sparse_tensor_to_dense

_NOTHING = -1


def ctc_label_dense_to_sparse(labels: Any, label_lengths: Any) -> SparseTensor:
    """The labels that count, as a `SparseTensor` of their type and shape.

    Args:
        labels: [batch, the most labels].
        label_lengths: integers [batch], how many of each row count.
    """
    return dense_to_sparse(labels, cast(label_lengths, dtypes.int32))


def ctc_batch_cost(y_true: Any, y_pred: Any, input_length: Any, label_length: Any) -> Tensor:
    """The negative logarithm of each row's labels' probability, floating [batch, 1].

    Args:
        y_true: labels, integers [batch, the most labels].
        y_pred: probabilities of the classes [batch, time, classes]; the last class means no label.
        input_length: integers [batch, 1], how many steps of each row count.
        label_length: integers [batch, 1], how many labels of each row count.

    Raises:
        ValueError: shapes that do not go together.
        tf.errors.InvalidArgumentError: (in the run) more labels than steps.
    """
    lengths = (cast(squeeze(convert_to_tensor(each), axis=-1), dtypes.int32) for each in (label_length, input_length))
    of_labels, of_inputs = lengths
    labels = cast(ctc_label_dense_to_sparse(y_true, of_labels), dtypes.int32)
    return expand_dims(ctc_loss(inputs=_scores(y_pred), labels=labels, sequence_length=of_inputs), 1)


def ctc_decode(
    y_pred: Any, input_length: Any, greedy: bool = True, beam_width: int = 100, top_paths: int = 1
) -> tuple[list[Tensor], Tensor]:
    """The likeliest labels of each row, and how likely they are.

    Args:
        y_pred: probabilities of the classes [batch, time, classes]; the last class means no label.
        input_length: integers [batch], how many steps of each row count.
        greedy: whether to take the likeliest class of each step; else a beam search.
        beam_width: of that search.
        top_paths: how many it finds.

    Returns:
        A list with int64 [batch, the most labels found] for each path, -1 after the last label, as in 1.15 (later
        releases have a column for each step); and floating [batch, top_paths], logarithms of probabilities, negative
        if `greedy`.

    Raises:
        ValueError: shapes that do not go together.
    """
    lengths = cast(convert_to_tensor(input_length), dtypes.int32)
    if greedy:
        found, scores = ctc_greedy_decoder(_scores(y_pred), lengths)
    else:
        found, scores = ctc_beam_search_decoder(_scores(y_pred), lengths, beam_width, top_paths)
    return [sparse_tensor_to_dense(path, _NOTHING) for path in found], scores


def _scores(y_pred: Any) -> Tensor:
    """Logarithms of probabilities, time first."""
    return log(transpose(convert_to_tensor(y_pred), [1, 0, 2]) + epsilon())
