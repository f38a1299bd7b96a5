"""The twin of `benchmarks.works.resnet50`."""

from __future__ import annotations

from torch import Tensor, nn

from benchmarks.twins.twin import GlobalMean, Lambda, Twin, channels_first, classifier, momentum
from benchmarks.works.program import pictures

# Bottleneck depth, units, and the stride of the last unit of each block.
BLOCKS = ((64, 3, 2), (128, 4, 2), (256, 6, 2), (512, 3, 1))


def _convolution(before: int, after: int, size: int, stride: int = 1) -> list[nn.Module]:
    return [
        nn.Conv2d(before, after, size, stride, padding=size // 2, bias=False),
        nn.BatchNorm2d(after, eps=1e-5, momentum=0.003),
    ]


class Unit(nn.Module):
    def __init__(self, before: int, depth: int, stride: int) -> None:
        super().__init__()
        if before == 4 * depth:
            self.shortcut: nn.Module = nn.MaxPool2d(1, stride) if stride > 1 else nn.Identity()
        else:
            self.shortcut = nn.Sequential(*_convolution(before, 4 * depth, 1, stride))
        self.residual = nn.Sequential(
            *_convolution(before, depth, 1),
            nn.ReLU(),
            *_convolution(depth, depth, 3, stride),
            nn.ReLU(),
            *_convolution(depth, 4 * depth, 1),
        )

    def forward(self, inputs: Tensor) -> Tensor:
        return (self.shortcut(inputs) + self.residual(inputs)).relu()


def build(batch: int) -> Twin:
    layers = [Lambda(channels_first), *_convolution(3, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1)]
    channels = 64
    for depth, units, last_stride in BLOCKS:
        for number in range(units):
            layers.append(Unit(channels, depth, last_stride if number == units - 1 else 1))
            channels = 4 * depth
    layers += [GlobalMean(), nn.Linear(channels, 1000)]
    return classifier(nn.Sequential(*layers), pictures(batch, 224, 224, 3), 1000, momentum(0.01))
