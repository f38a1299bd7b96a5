"""The twin of `benchmarks.works.mnist`."""

from __future__ import annotations

from torch import nn

from benchmarks.twins.twin import FromFlat, Twin, adam, classifier
from benchmarks.works.program import pictures


def build(batch: int) -> Twin:
    layers: list[nn.Module] = [FromFlat()]
    channels = 1
    for filters in (32, 64):
        layers += [nn.Conv2d(channels, filters, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)]
        channels = filters
    layers += [nn.Flatten(), nn.Linear(7 * 7 * 64, 1024), nn.ReLU(), nn.Dropout(0.4), nn.Linear(1024, 10)]
    return classifier(nn.Sequential(*layers), pictures(batch, 784), 10, adam(1e-4))
