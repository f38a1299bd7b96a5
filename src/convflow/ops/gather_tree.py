"""Paths of a beam search, read from their ends (API: tf.contrib.seq2seq.gather_tree; op: GatherTree of
tf.contrib.seq2seq)."""

from __future__ import annotations

from typing import Any

import torch

from convflow.core import errors
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules


def gather_tree(
    step_ids: Any, parent_ids: Any, max_sequence_lengths: Any, end_token: Any, name: str | None = None
) -> Tensor:
    """The symbols on the way to each last beam (API: tf.contrib.seq2seq.gather_tree).

    Args:
        step_ids: the symbol each beam chose at each step, int32 of shape (time, batch, beams).
        parent_ids: the beam of the step before that each beam went on from, in the same shape.
        max_sequence_lengths: int32 of shape (batch,): the paths are followed from the last of so many steps.
        end_token: an int32 scalar, which fills what is behind a path's first `end_token`, or behind the length.
        name: of the node.

    Returns:
        int32 of shape (time, batch, beams).

    Raises:
        ValueError: shapes that do not go together.
        InvalidArgumentError: in the run, a parent that is no beam.
    """
    return apply_op(
        "GatherTree",
        step_ids=step_ids,
        parent_ids=parent_ids,
        max_sequence_lengths=max_sequence_lengths,
        end_token=end_token,
        name=name,
    )


def _shape(ctx: InferenceContext) -> list[TensorShape]:
    steps = rules.with_rank(ctx.input(0), 3, "step_ids")
    parents = rules.with_rank(ctx.input(1), 3, "parent_ids")
    lengths = rules.with_rank(ctx.input(2), 1, "max_sequence_lengths")
    rules.with_rank(ctx.input(3), 0, "end_token")
    if not steps.is_compatible_with(parents):
        raise ValueError(
            f"step_ids and parent_ids must have one shape, (time, batch, beams): got {steps} and {parents}."
        )
    result = steps.merge_with(parents)
    batch = rules.merge_dimension(result[1], lengths[0], "the batches of step_ids and max_sequence_lengths")
    return [TensorShape([result[0], batch, result[2]])]


def _paths(steps: torch.Tensor, parents: torch.Tensor, lengths: torch.Tensor, end_token: torch.Tensor) -> torch.Tensor:
    if steps.shape != parents.shape or steps.ndim != 3 or lengths.shape != steps.shape[1:2] or end_token.ndim:
        raise ValueError("shapes do not go together")
    beams = torch.full_like(steps, int(end_token))
    at = torch.arange(steps.shape[2]).expand(steps.shape[1:]).contiguous()
    for time in reversed(range(steps.shape[0])):
        _check_parents(at)
        runs = (time < lengths)[:, None]
        beams[time] = torch.where(runs, steps[time].gather(1, at), beams[time])
        at = torch.where(runs, parents[time].long().gather(1, at), at)
    ended = beams == end_token
    behind = ended.cumsum(0) > ended.long()
    return torch.where(behind, end_token, beams)


def _check_parents(at: torch.Tensor) -> None:
    wrong = (at < 0) | (at >= at.shape[1])
    if wrong.any():
        batch, beam = (int(axis[0]) for axis in torch.nonzero(wrong, as_tuple=True))
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Saw invalid parent id {int(at[batch, beam])} at (batch, beam) == ({batch}, {beam}). "
            f"parent_ids must be from 0 to {at.shape[1] - 1}: number the beams of the step before.",
        )


def _kernel(op: Operation) -> Any:
    return _paths


register_op(
    "GatherTree",
    inputs="step_ids: T; parent_ids: T; max_sequence_lengths: int32; end_token: T",
    outputs="beams: T",
    attrs="T: type in {int32}",
    shape=_shape,
    kernel=_kernel,
    gradient=NO_GRADIENT,
)
