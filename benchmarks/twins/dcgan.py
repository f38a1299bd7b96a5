"""The twin of `benchmarks.works.dcgan`."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from benchmarks.twins.twin import FromFlat, Lambda, Phase, Twin, adam
from benchmarks.works.dcgan import NOISE
from benchmarks.works.program import pictures


def _discriminator() -> nn.Module:
    return nn.Sequential(
        FromFlat(),
        nn.Conv2d(1, 32, 5),
        nn.LeakyReLU(0.2),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 5),
        nn.LeakyReLU(0.2),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(1024, 1024),
        nn.LeakyReLU(0.2),
        nn.Linear(1024, 1),
    )


def _generator() -> nn.Module:
    layers: list[nn.Module] = []
    width = NOISE
    for units in (1024, 7 * 7 * 128):
        layers += [nn.Linear(width, units), nn.ReLU(), nn.BatchNorm1d(units, track_running_stats=False)]
        width = units
    return nn.Sequential(
        *layers,
        Lambda(lambda flat: flat.reshape(-1, 128, 7, 7)),
        nn.ConvTranspose2d(128, 64, 4, 2, padding=1),
        nn.ReLU(),
        nn.BatchNorm2d(64, track_running_stats=False),
        nn.ConvTranspose2d(64, 1, 4, 2, padding=1),
        nn.Tanh(),
        nn.Flatten(),
    )


def _towards(logits: Tensor, target: float) -> Tensor:
    return binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))


def build(batch: int) -> Twin:
    judge, draw = _discriminator(), _generator()

    # Drawn once for both phases, as PyTorch users write it and as a graph does by itself.
    drawn: list[Tensor] = []

    def judge_loss(images: Tensor, noise: Tensor) -> Tensor:
        drawn[:] = [draw(noise)]
        return _towards(judge(images), 1) + _towards(judge(drawn[0].detach()), 0)

    def draw_loss(images: Tensor, noise: Tensor) -> Tensor:
        return _towards(judge(drawn[0]), 1)

    phases = [
        Phase(judge_loss, list(judge.parameters()), adam(1e-3, 0.5)),
        Phase(draw_loss, list(draw.parameters()), adam(1e-3, 0.5)),
    ]
    module = nn.ModuleList([draw, judge])
    return Twin(module, [pictures(batch, 784), pictures(batch, NOISE)], lambda images, noise: draw(noise), phases)
