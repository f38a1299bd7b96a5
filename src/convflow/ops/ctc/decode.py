"""Labels read off class scores (API: tf.nn.ctc_greedy_decoder, tf.nn.ctc_beam_search_decoder)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from convflow.core import errors
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.sparse_tensor import SparseTensor
from convflow.ops import rules
from convflow.ops.ctc.beam_search import beam_search
from convflow.ops.ctc.loss_kernel import without_repeats
from convflow.ops.sparse.parts import invalid

Decoded = tuple[list[SparseTensor], Tensor]


def ctc_greedy_decoder(
    inputs: Any, sequence_length: Any, merge_repeated: bool = True, blank_index: int | None = None
) -> Decoded:
    """The labels of the likeliest class of each step (API: tf.nn.ctc_greedy_decoder).

    Args:
        inputs: floating [time, batch, classes], scores that need not be normalized.
        sequence_length: int32 [batch], how many steps of each row count.
        merge_repeated: the same class in several steps running is one label.
        blank_index: the class that means no label, the last one by default; negative from the end.

    Returns:
        a list of one int64 `SparseTensor` [batch, the most labels], and the negative sums of the scores of the
        classes chosen, [batch, 1].

    Raises:
        ValueError: shapes that do not go together.
        tf.errors.FailedPreconditionError: (in the run) a row with more steps than there are.
    """
    indices, values, shape, scores = apply_op(
        "CTCGreedyDecoder",
        inputs=inputs,
        sequence_length=sequence_length,
        merge_repeated=merge_repeated,
        blank_index=-1 if blank_index is None else blank_index,
    )
    return [SparseTensor(indices, values, shape)], scores


def ctc_beam_search_decoder(
    inputs: Any, sequence_length: Any, beam_width: int = 100, top_paths: int = 1, merge_repeated: bool = True
) -> Decoded:
    """The likeliest labels, as far as a beam search finds them (API: tf.nn.ctc_beam_search_decoder).

    Args:
        inputs: floating [time, batch, classes], scores that need not be normalized; the last class is the blank.
        sequence_length: int32 [batch], how many steps of each row count.
        beam_width: how many beginnings are kept in each step.
        top_paths: how many results.
        merge_repeated: equal labels running are one in the result, also those with a blank between them.

    Returns:
        a list of `top_paths` int64 `SparseTensor` [batch, the most labels], and the logarithms of their
        probabilities, [batch, top_paths].

    Raises:
        ValueError: shapes that do not go together.
        tf.errors.InvalidArgumentError: (in the run) `top_paths` larger than `beam_width` or than what was found.
    """
    found = apply_op(
        "CTCBeamSearchDecoder",
        inputs=inputs,
        sequence_length=sequence_length,
        beam_width=beam_width,
        top_paths=top_paths,
        merge_repeated=merge_repeated,
    )
    indices, values, shapes, scores = _per_output(found, top_paths)
    return [SparseTensor(*parts) for parts in zip(indices, values, shapes, strict=True)], scores


def ctc_beam_search_decoder_v2(inputs: Any, sequence_length: Any, beam_width: int = 100, top_paths: int = 1) -> Decoded:
    """`ctc_beam_search_decoder` that merges nothing afterwards (API: tf.nn.ctc_beam_search_decoder_v2).

    Args:
        inputs: floating [time, batch, classes], scores that need not be normalized; the last class is the blank.
        sequence_length: int32 [batch], how many steps of each row count.
        beam_width: how many beginnings are kept in each step.
        top_paths: how many results.

    Returns:
        A list of `top_paths` int64 `SparseTensor` [batch, the most labels], and the logarithms of their probabilities,
        [batch, top_paths].

    Raises:
        ValueError: shapes that do not go together.
        tf.errors.InvalidArgumentError: (in the run) `top_paths` larger than `beam_width` or than what was found.
    """
    return ctc_beam_search_decoder(inputs, sequence_length, beam_width, top_paths, merge_repeated=False)


def _per_output(found: Any, paths: int) -> tuple[Any, Any, Any, Tensor]:
    if isinstance(found[0], list | tuple):
        return found[0], found[1], found[2], found[3]
    return found[:paths], found[paths : 2 * paths], found[2 * paths : 3 * paths], found[-1]


def _batch(ctx: InferenceContext) -> Any:
    inputs = rules.with_rank(ctx.input(0), 3, "inputs")
    length = rules.with_rank(ctx.input(1), 1, "sequence_length")
    return rules.merge_dimension(
        inputs[1], length[0], f"inputs {inputs} are [time, batch, classes], sequence_length {length} is [batch]"
    )


def _greedy_shape(ctx: InferenceContext) -> list[TensorShape]:
    return [TensorShape([None, 2]), TensorShape([None]), TensorShape([2]), TensorShape([_batch(ctx), 1])]


def _beam_shape(ctx: InferenceContext) -> list[TensorShape]:
    paths = ctx.attr("top_paths")
    parts = [TensorShape([None, 2]), TensorShape([None]), TensorShape([2])]
    return [part for part in parts for _ in range(paths)] + [TensorShape([_batch(ctx), paths])]


def _lengths(inputs: torch.Tensor, sequence_length: torch.Tensor) -> list[int]:
    if inputs.ndim != 3 or list(sequence_length.shape) != [inputs.shape[1]]:
        raise errors.FailedPreconditionError(
            None,
            None,
            f"inputs {list(inputs.shape)} must be [time, batch, classes], and sequence_length "
            f"{list(sequence_length.shape)} have a length for each row of the batch.",
        )
    lengths = sequence_length.tolist()
    for row, length in enumerate(lengths):
        if length > len(inputs):
            raise errors.FailedPreconditionError(
                None,
                None,
                f"sequence_length({row}) <= {len(inputs)}, the inputs' steps, is expected; got {length}.",
            )
    return lengths


def _sparse_parts(rows: Sequence[list[int]]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    places = [(row, column) for row, labels in enumerate(rows) for column in range(len(labels))]
    indices = torch.tensor(places, dtype=torch.int64).reshape(-1, 2)
    values = torch.tensor([label for labels in rows for label in labels], dtype=torch.int64)
    return indices, values, torch.tensor([len(rows), max(map(len, rows), default=0)])


def _greedy_kernel(op: Operation) -> Callable[..., Any]:
    merge, blank_index = op.attrs["merge_repeated"], op.attrs["blank_index"]

    def decode(inputs: torch.Tensor, sequence_length: torch.Tensor) -> tuple[torch.Tensor, ...]:
        lengths = _lengths(inputs, sequence_length)
        classes = inputs.shape[2]
        if not -classes <= blank_index < classes:
            raise invalid(f"blank_index must be from {-classes} to {classes - 1}, got {blank_index}.")
        blank = blank_index % classes
        best, chosen = inputs.max(2)
        counted = torch.arange(len(inputs))[:, None] < sequence_length
        scores = -torch.where(counted, best, best.new_zeros(())).sum(0)[:, None]
        rows = []
        for labels, length in zip(chosen.T.tolist(), lengths, strict=True):
            path = labels[: max(length, 0)]
            rows.append([label for label in (without_repeats(path) if merge else path) if label != blank])
        return (*_sparse_parts(rows), scores)

    return decode


def _beam_kernel(op: Operation) -> Callable[..., Any]:
    width, paths, merge = op.attrs["beam_width"], op.attrs["top_paths"], op.attrs["merge_repeated"]

    def decode(inputs: torch.Tensor, sequence_length: torch.Tensor) -> tuple[torch.Tensor, ...]:
        if paths > width:
            raise invalid(f"Requested more paths than the beam width: top_paths {paths}, beam_width {width}.")
        lengths = _lengths(inputs, sequence_length)
        log_probs = torch.log_softmax(inputs, 2).numpy()
        found = [beam_search(log_probs[: max(length, 0), row], width) for row, length in enumerate(lengths)]
        for row, beam in enumerate(found):
            if len(beam) < paths:
                raise invalid(
                    f"Less leaves in the beam search than requested: {len(beam)} in batch {row}, top_paths is {paths}."
                )
        parts = []
        for number in range(paths):
            rows = [beam[number].labels for beam in found]
            parts.append(_sparse_parts([without_repeats(labels) for labels in rows] if merge else rows))
        scores = np.array([[path.log_probability for path in beam[:paths]] for beam in found])
        scores = scores.reshape(len(found), paths)
        return (
            *(part for kind in zip(*parts, strict=True) for part in kind),
            torch.from_numpy(scores).to(inputs.dtype),
        )

    return decode


register_op(
    "CTCGreedyDecoder",
    inputs="inputs: T; sequence_length: int32",
    outputs="decoded_indices: int64; decoded_values: int64; decoded_shape: int64; log_probability: T",
    attrs="merge_repeated: bool = false; blank_index: int = -1; T: type = float in {float, double}",
    shape=_greedy_shape,
    kernel=_greedy_kernel,
    gradient=NOT_DIFFERENTIABLE,
)
register_op(
    "CTCBeamSearchDecoder",
    inputs="inputs: T; sequence_length: int32",
    outputs=(
        "decoded_indices: top_paths * int64; decoded_values: top_paths * int64; decoded_shape: top_paths * int64; "
        "log_probability: T"
    ),
    attrs=(
        "beam_width: int >= 1; top_paths: int >= 1; merge_repeated: bool = true; T: type = float in {float, double}"
    ),
    shape=_beam_shape,
    kernel=_beam_kernel,
    gradient=NOT_DIFFERENTIABLE,
)
