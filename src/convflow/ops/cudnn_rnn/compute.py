"""What CuDNN's recurrent networks compute, with PyTorch's kernels, whose gates and orders are the same (Chetlur et al.,
arXiv 1410.0759)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from convflow.ops.cudnn_rnn.layout import GATES, Network

_KERNELS: dict[str, Callable[..., Any]] = {
    "lstm": torch.lstm,
    "gru": torch.gru,
    "rnn_tanh": torch.rnn_tanh,
    "rnn_relu": torch.rnn_relu,
}


class Arguments(NamedTuple):
    """The inputs of a network: `x` (time, batch, input_size), states (layers * directions, batch, units)."""

    x: torch.Tensor
    h: torch.Tensor
    c: torch.Tensor
    params: torch.Tensor


class Results(NamedTuple):
    """Its outputs: `output` (time, batch, directions * units), states as the inputs'; `c` is empty but for an LSTM."""

    output: torch.Tensor
    h: torch.Tensor
    c: torch.Tensor


def network_of(mode: str, directions: int, given: Arguments) -> Network:
    """The sizes that the inputs have.

    Raises:
        ValueError: inputs that do not go together.
    """
    x, h, c, _ = given
    if x.ndim != 3 or h.ndim != 3 or h.shape[0] % directions or h.shape[1] != x.shape[1]:
        raise ValueError(f"input has shape {list(x.shape)}, input_h {list(h.shape)}")
    if mode == "lstm" and c.shape != h.shape:
        raise ValueError(f"input_c has shape {list(c.shape)}, input_h {list(h.shape)}")
    return Network(mode, h.shape[0] // directions, h.shape[2], x.shape[2], directions)


def compute(
    network: Network, given: Arguments, masks: list[torch.Tensor], lengths: torch.Tensor | None = None
) -> Results:
    """The outputs of all layers.

    Args:
        network: the sizes.
        given: the inputs.
        masks: what the inputs of the second and later layers are multiplied by; none for no dropout.
        lengths: the sequences' lengths, int32 of shape (batch,); None for full ones.
    """
    weights, biases = network.split(given.params)
    x, states, memories = given.x, [], []
    each = network.directions * network.per_direction
    for layer in range(network.layers):
        if layer and masks:
            x = x * masks[layer - 1]
        first, last = layer * each, (layer + 1) * each
        rows = slice(layer * network.directions, (layer + 1) * network.directions)
        flat = _joined(weights[first:last], biases[first:last], network.mode)
        x, h, c = _layer(network, x, given.h[rows], given.c[rows] if network.mode == "lstm" else None, flat, lengths)
        states.append(h)
        memories.append(c)
    memory = torch.cat(memories) if network.mode == "lstm" else given.x.new_zeros(())
    return Results(x, torch.cat(states), memory)


def _joined(weights: list[torch.Tensor], biases: list[torch.Tensor], mode: str) -> list[torch.Tensor]:
    """PyTorch has one matrix for all gates: (of inputs, of state, their biases) for each direction."""
    gates = GATES[mode]
    joined = []
    for first in range(0, len(weights), 2 * gates):
        for parts in (weights, biases):
            joined.append(torch.cat(parts[first : first + gates]))
            joined.append(torch.cat(parts[first + gates : first + 2 * gates]))
    return joined


def _layer(
    network: Network,
    x: torch.Tensor,
    h: torch.Tensor,
    c: torch.Tensor | None,
    flat: list[torch.Tensor],
    lengths: torch.Tensor | None,
) -> tuple[torch.Tensor, torch.Tensor, Any]:
    kernel, both_ways = _KERNELS[network.mode], network.directions == 2
    # has_biases, layers, dropout, training, bidirectional
    options = (True, 1, 0.0, False, both_ways)
    if lengths is None:
        found = kernel(x, h if c is None else (h, c), flat, *options, False)
        return found[0], found[1], found[2] if c is not None else None
    # The kernels take the longest sequence first.
    order = lengths.argsort(descending=True, stable=True)
    back = order.argsort()
    packed = pack_padded_sequence(x[:, order], lengths[order].to(torch.int64))
    first = h[:, order] if c is None else (h[:, order], c[:, order])
    found = kernel(packed.data, packed.batch_sizes, first, flat, *options)
    output, _ = pad_packed_sequence(packed._replace(data=found[0]), total_length=x.shape[0])
    return output[:, back], found[1][:, back], found[2][:, back] if c is not None else None


def slopes(
    network: Network,
    given: Arguments,
    masks: list[torch.Tensor],
    lengths: torch.Tensor | None,
    of_results: Results,
) -> list[torch.Tensor]:
    """The gradients by the four inputs, given those by the results."""
    # Plans run in inference mode, whose tensors autograd refuses: it gets copies.
    with torch.inference_mode(False), torch.enable_grad():
        leaves = [tensor.clone().requires_grad_() for tensor in given]
        copies = [mask.clone() for mask in masks]
        results = compute(network, Arguments(*leaves), copies, lengths)
        pairs = [(y, grad.clone()) for y, grad in zip(results, of_results, strict=True) if y.requires_grad]
        found = torch.autograd.grad([y for y, _ in pairs], leaves, [grad for _, grad in pairs], allow_unused=True)
    return [
        torch.zeros_like(leaf) if grad is None else grad.contiguous() for leaf, grad in zip(leaves, found, strict=True)
    ]
