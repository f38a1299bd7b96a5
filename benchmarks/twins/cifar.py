"""The twin of `benchmarks.works.cifar`."""

from __future__ import annotations

from torch import nn

from benchmarks.twins.twin import Lambda, Twin, adam, channels_first, classifier
from benchmarks.works.program import pictures


def build(batch: int) -> Twin:
    layers: list[nn.Module] = [Lambda(channels_first)]
    channels = 3
    for filters in (64, 64, 32):
        layers += [nn.Conv2d(channels, filters, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)]
        channels = filters
    layers += [nn.Flatten()]
    width = 4 * 4 * 32
    for units in (128, 64):
        layers += [nn.Linear(width, units), nn.ReLU()]
        width = units
    layers += [nn.Linear(width, 10)]
    return classifier(nn.Sequential(*layers), pictures(batch, 32, 32, 3), 10, adam(1e-3))
