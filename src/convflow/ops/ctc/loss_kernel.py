"""The negative log likelihood of labels under CTC, and its gradient by the logits (Graves and others, 2006)."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import torch

from convflow.ops.sparse.parts import invalid

Labels = list[list[int]]


class Settings(NamedTuple):
    """How labels and paths go together; the fields are the op's attributes.

    Attributes:
        blank: the class that stands for no label.
    """

    blank: int
    preprocess_collapse_repeated: bool
    ctc_merge_repeated: bool
    ignore_longer_outputs_than_inputs: bool


def labels_by_row(indices: torch.Tensor, values: torch.Tensor, rows: int) -> Labels:
    """The labels of each row of the batch, from the parts of a sparse tensor."""
    found: Labels = [[] for _ in range(rows)]
    for row, value in zip(indices[:, 0].tolist(), values.tolist(), strict=True):
        if not 0 <= row < rows:
            raise invalid(f"labels indices: row {row} is not in a batch of {rows}.")
        found[row].append(value)
    return found


def without_repeats(labels: list[int]) -> list[int]:
    return labels[:1] + [label for before, label in pairwise(labels) if label != before]


def loss_and_gradient(
    logits: torch.Tensor, labels: Labels, lengths: list[int], settings: Settings
) -> tuple[torch.Tensor, torch.Tensor]:
    """Losses [batch] and their gradients [time, batch, classes], both zero for rows that are left out.

    Args:
        logits: [time, batch, classes].
        labels: of each row.
        lengths: how many steps of each row count.
    """
    if settings.preprocess_collapse_repeated:
        labels = list(map(without_repeats, labels))
    rows = _rows_with_time(labels, lengths, settings)
    losses, gradient = logits.new_zeros(logits.shape[1]), torch.zeros_like(logits)
    if not rows:
        return losses, gradient
    # Without time steps or classes to spare, every row is computed in one call.
    chosen = logits if len(rows) == logits.shape[1] else logits[:, rows]
    log_probs = torch.log_softmax(chosen, 2)
    compute = _merged if settings.ctc_merge_repeated else _not_merged
    some, slope = compute(log_probs, [labels[row] for row in rows], [lengths[row] for row in rows], settings.blank)
    # Where no path gives the labels, nothing is drawn towards them.
    slope = torch.where(torch.isinf(some)[None, :, None], log_probs.exp(), slope)
    steps = torch.arange(logits.shape[0])[:, None]
    slope = torch.where((steps < torch.tensor([lengths[row] for row in rows]))[..., None], slope, slope.new_zeros(()))
    losses[rows], gradient[:, rows] = some, slope
    return losses, gradient


def _rows_with_time(labels: Labels, lengths: list[int], settings: Settings) -> list[int]:
    rows = []
    for row, (sequence, length) in enumerate(zip(labels, lengths, strict=True)):
        if len(sequence) <= length:
            rows.append(row)
        elif not settings.ignore_longer_outputs_than_inputs:
            raise invalid(
                f"Not enough time for target transition sequence (required: {len(sequence)}, available: {length}) in "
                f"batch {row}. You can turn this error into a warning by using the flag "
                "ignore_longer_outputs_than_inputs."
            )
    return [row for row in rows if lengths[row] > 0]


def _merged(
    log_probs: torch.Tensor, labels: Labels, lengths: list[int], blank: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Repeats in a path stand for one label: PyTorch's own kernels."""
    targets = torch.tensor([label for sequence in labels for label in sequence], dtype=torch.int64)
    arguments = (targets, lengths, [len(sequence) for sequence in labels])
    losses, log_alpha = torch.ops.aten._ctc_loss(log_probs, *arguments, blank, False)
    ones = torch.ones_like(losses)
    backward = torch.ops.aten._ctc_loss_backward
    # PyTorch's is already the gradient by the logits.
    return losses, backward(ones, log_probs, *arguments, losses, log_alpha, blank, False)


def _not_merged(
    log_probs: torch.Tensor, labels: Labels, lengths: list[int], blank: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Repeats in a path stand for several labels: of the states of a row, only blanks last for more than one step."""
    losses, slopes = [], []
    for row, (sequence, length) in enumerate(zip(labels, lengths, strict=True)):
        # The forward recursion alone: PyTorch turns it round. Kernels run without its gradients otherwise.
        with torch.inference_mode(False), torch.enable_grad():
            given = log_probs[:, row].clone().requires_grad_()
            loss = -_log_likelihood(given[:length], sequence, blank)
            slope = torch.autograd.grad(loss, given)[0] if torch.isfinite(loss) else torch.zeros_like(given)
        losses.append(loss.detach())
        slopes.append(slope - log_probs[:, row].exp() * slope.sum(1, keepdim=True))
    return torch.stack(losses), torch.stack(slopes, 1)


# Stands for the logarithm of zero: sums of it stay finite, so that gradients do.
_NEVER = -1e30


def _log_likelihood(log_probs: torch.Tensor, sequence: list[int], blank: int) -> torch.Tensor:
    states = [blank, *(state for label in sequence for state in (label, blank))]
    emitted = log_probs[:, states]
    is_blank = torch.tensor([state == blank for state in states])
    never = log_probs.new_full((2,), _NEVER)
    alpha = torch.cat([emitted[0, :2], never.new_full((len(states) - 2,), _NEVER)])
    for step in emitted[1:]:
        before = torch.cat([never, alpha])
        stay = torch.where(is_blank, alpha, never[0])
        skip = torch.where(is_blank, never[0], before[:-2])
        alpha = torch.logsumexp(torch.stack([stay, before[1:-1], skip]), 0) + step
    total = torch.logsumexp(alpha[-2:], 0)
    return total if total > _NEVER / 2 else torch.full_like(total, float("-inf"))
