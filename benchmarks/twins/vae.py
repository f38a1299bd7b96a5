"""The twin of `benchmarks.works.vae`."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from benchmarks.twins.twin import FromFlat, Lambda, Phase, Twin, adam
from benchmarks.works.program import pictures


class Autoencoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            FromFlat(),
            nn.Conv2d(1, 16, 5, 2, padding=2),
            nn.ReLU(),
            nn.Conv2d(16, 32, 5, 2, padding=2),
            nn.ReLU(),
            nn.Flatten(),
        )
        self.mean, self.deviation = nn.Linear(7 * 7 * 32, 20), nn.Linear(7 * 7 * 32, 20)
        self.decoder = nn.Sequential(
            nn.Linear(20, 7 * 7 * 32),
            Lambda(lambda flat: flat.reshape(-1, 32, 7, 7)),
            nn.ReLU(),
            nn.ConvTranspose2d(32, 32, 5, 2, padding=2, output_padding=1),
            nn.ReLU(),
            nn.ConvTranspose2d(32, 1, 5, 2, padding=2, output_padding=1),
            nn.Sigmoid(),
            nn.Flatten(),
        )

    def forward(self, flat: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Pictures [batch, 784] to their reconstruction, and mean and deviation [batch, 20]."""
        code = self.encoder(flat)
        mean, deviation = self.mean(code), self.deviation(code)
        return self.decoder(mean + deviation * torch.randn_like(mean)), mean, deviation


def build(batch: int) -> Twin:
    module = Autoencoder()

    def loss(flat: Tensor) -> Tensor:
        output, mean, deviation = module(flat)
        square = deviation.square()
        divergence = 0.5 * (mean.square() + square - (1e-8 + square).log() - 1).sum(1)
        return ((output - flat).square().sum(1) + divergence).mean()

    phases = [Phase(loss, list(module.parameters()), adam(1e-4))]
    return Twin(module, [pictures(batch, 784)], lambda flat: module(flat)[0], phases)
