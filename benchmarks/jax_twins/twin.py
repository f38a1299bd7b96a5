"""What a twin hands to the engine that runs it, and the optimizers the networks share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jax import numpy as jnp

from benchmarks.jax_twins.layers import cross_entropy
from benchmarks.jax_twins.scope import Arrays, Scope
from benchmarks.works.program import one_hot

# (parameters, gradients, slots, the step's number from one) to new parameters and slots.
Update = Callable[[Arrays, Arrays, Arrays, Any], tuple[Arrays, Arrays]]


@dataclass(frozen=True)
class Optimizer:
    """Args:
    slots: how many arrays it keeps for each parameter, as large as the parameter.
    update: its rule.
    """

    slots: int
    update: Update


@dataclass(frozen=True)
class Phase:
    """One step of one optimizer.

    Args:
        loss: of a scope and the inputs.
        optimizer: trains the parameters whose names start with `part`.
    """

    loss: Callable[..., Any]
    optimizer: Optimizer
    part: str = ""


@dataclass(frozen=True)
class JaxTwin:
    """A network to run.

    Args:
        inputs: NumPy arrays, fed anew at each step.
        forward: of a scope and the inputs: what an inference step computes.
        phases: what a training step does, in this order; none: the work is not trained.
    """

    inputs: list[np.ndarray]
    forward: Callable[..., Any]
    phases: list[Phase]


def adam(rate: float, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8) -> Optimizer:
    def update(parameters: Arrays, gradients: Arrays, slots: Arrays, number: Any) -> tuple[Arrays, Arrays]:
        width = rate * jnp.sqrt(1 - beta2**number) / (1 - beta1**number)
        moved, kept = {}, {}
        for name, gradient in gradients.items():
            first = beta1 * slots[f"{name}.0"] + (1 - beta1) * gradient
            second = beta2 * slots[f"{name}.1"] + (1 - beta2) * jnp.square(gradient)
            moved[name] = parameters[name] - width * first / (jnp.sqrt(second) + epsilon)
            kept[f"{name}.0"], kept[f"{name}.1"] = first, second
        return moved, kept

    return Optimizer(2, update)


def momentum(rate: float, kept_part: float = 0.9) -> Optimizer:
    def update(parameters: Arrays, gradients: Arrays, slots: Arrays, number: Any) -> tuple[Arrays, Arrays]:
        moved, kept = {}, {}
        for name, gradient in gradients.items():
            kept[f"{name}.0"] = kept_part * slots[f"{name}.0"] + gradient
            moved[name] = parameters[name] - rate * kept[f"{name}.0"]
        return moved, kept

    return Optimizer(1, update)


def classifier(network: Callable[..., Any], images: np.ndarray, classes: int, optimizer: Optimizer) -> JaxTwin:
    """The twin of `benchmarks.works.program.classifier`; the network takes a scope and NHWC pictures."""

    def loss(scope: Scope, images: Any, labels: Any) -> Any:
        return cross_entropy(labels, network(scope, images))

    def forward(scope: Scope, images: Any, labels: Any) -> Any:
        return jax.nn.softmax(network(scope, images))

    return JaxTwin([images, one_hot(len(images), classes)], forward, [Phase(loss, optimizer)])
