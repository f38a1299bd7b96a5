"""The twin of `benchmarks.works.vgg16`."""

from __future__ import annotations

from torch import nn

from benchmarks.twins.twin import Lambda, Twin, channels_first, classifier, momentum
from benchmarks.works.program import pictures

# Convolutions and filters of each stage.
STAGES = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))


def build(batch: int) -> Twin:
    layers: list[nn.Module] = [Lambda(channels_first)]
    channels = 3
    for count, filters in STAGES:
        for _ in range(count):
            layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU()]
            channels = filters
        layers.append(nn.MaxPool2d(2))
    layers += [nn.Flatten(), nn.Linear(7 * 7 * 512, 4096), nn.ReLU(), nn.Dropout(0.5)]
    layers += [nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4096, 1000)]
    return classifier(nn.Sequential(*layers), pictures(batch, 224, 224, 3), 1000, momentum(0.01))
