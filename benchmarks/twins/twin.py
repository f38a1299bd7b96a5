"""What a twin hands to the engine that runs it, and the pieces the networks share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.works.program import one_hot


@dataclass
class Phase:
    """One step of one optimizer.

    Args:
        loss: of the inputs, in the order of `Twin.inputs`.
        parameters: what is trained; no other parameter gets a gradient.
        optimizer: makes the optimizer of the parameters.
    """

    loss: Callable[..., Tensor]
    parameters: list[nn.Parameter]
    optimizer: Callable[[list[nn.Parameter]], torch.optim.Optimizer]


@dataclass
class Twin:
    """A network to run.

    Args:
        module: holds all parameters.
        inputs: NumPy arrays, pictures in NHWC as the graph engines are fed; fed anew at each step.
        forward: of the inputs: what an inference step computes.
        phases: what a training step does, in this order.
    """

    module: nn.Module
    inputs: list[np.ndarray]
    forward: Callable[..., Tensor]
    phases: list[Phase]


def adam(rate: float, beta1: float = 0.9) -> Callable[[list[nn.Parameter]], torch.optim.Optimizer]:
    """PyTorch's fastest: one kernel for all parameters."""
    return lambda parameters: torch.optim.Adam(parameters, rate, (beta1, 0.999), fused=True)


def momentum(rate: float) -> Callable[[list[nn.Parameter]], torch.optim.Optimizer]:
    return lambda parameters: torch.optim.SGD(parameters, rate, 0.9, fused=True)


def channels_first(images: Tensor) -> Tensor:
    """NHWC to the NCHW view of the same memory, which PyTorch calls channels_last."""
    return images.permute(0, 3, 1, 2)


def cross_entropy(labels: Tensor, logits: Tensor) -> Tensor:
    """Of labels [..., classes] that are distributions, over the second axis of logits."""
    return functional.cross_entropy(logits, labels)


def classifier(
    module: nn.Module,
    images: np.ndarray,
    classes: int,
    optimizer: Callable[[list[nn.Parameter]], torch.optim.Optimizer],
) -> Twin:
    """The twin of `benchmarks.works.program.classifier`; the module takes NHWC pictures and returns logits."""
    labels = one_hot(len(images), classes)

    def loss(inputs: Tensor, labels: Tensor) -> Tensor:
        return cross_entropy(labels, module(inputs))

    def forward(inputs: Tensor, labels: Tensor) -> Tensor:
        return module(inputs).softmax(1)

    return Twin(module, [images, labels], forward, [Phase(loss, list(module.parameters()), optimizer)])


class Lambda(nn.Module):
    """A function as a layer."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        super().__init__()
        self.function = function

    def forward(self, inputs: Tensor) -> Tensor:
        return self.function(inputs)


class FromFlat(Lambda):
    """[batch, 784] to pictures [batch, 1, 28, 28]."""

    def __init__(self) -> None:
        super().__init__(lambda flat: flat.reshape(-1, 1, 28, 28))


class GlobalMean(Lambda):
    """[batch, channels, height, width] to [batch, channels]."""

    def __init__(self) -> None:
        super().__init__(lambda features: features.mean((2, 3)))
