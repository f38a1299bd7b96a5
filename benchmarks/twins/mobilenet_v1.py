"""The twin of `benchmarks.works.mobilenet_v1`."""

from __future__ import annotations

from torch import nn

from benchmarks.twins.twin import GlobalMean, Lambda, Twin, channels_first, classifier, momentum
from benchmarks.works.mobilenet_v1 import BLOCKS
from benchmarks.works.program import pictures


def _convolution(before: int, after: int, size: int, stride: int, groups: int = 1) -> list[nn.Module]:
    return [
        nn.Conv2d(before, after, size, stride, padding=size // 2, groups=groups, bias=False),
        nn.BatchNorm2d(after, eps=1e-3, momentum=0.0003),
        nn.ReLU6(),
    ]


def build(batch: int) -> Twin:
    layers = [Lambda(channels_first), *_convolution(3, 32, 3, 2)]
    channels = 32
    for filters, stride in BLOCKS:
        layers += _convolution(channels, channels, 3, stride, groups=channels)
        layers += _convolution(channels, filters, 1, 1)
        channels = filters
    layers += [GlobalMean(), nn.Linear(1024, 1000)]
    return classifier(nn.Sequential(*layers), pictures(batch, 224, 224, 3), 1000, momentum(0.01))
