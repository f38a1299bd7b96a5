"""The twin of `benchmarks.works.inception_v1`."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import batch_norm

from benchmarks.twins.twin import Lambda, Twin, channels_first, classifier, momentum
from benchmarks.works.inception_v1 import MODULES
from benchmarks.works.program import pictures


class Centered(nn.Module):
    """Batch normalization without a scale, as slim's Inception has it: the next layer has one."""

    mean: Tensor
    variance: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(channels))
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("variance", torch.ones(channels))

    def forward(self, inputs: Tensor) -> Tensor:
        return batch_norm(inputs, self.mean, self.variance, None, self.bias, self.training, 0.0003, 1e-3)


def _convolution(before: int, after: int, size: int, stride: int = 1) -> list[nn.Module]:
    convolution = nn.Conv2d(before, after, size, stride, padding=size // 2, bias=False)
    return [convolution, Centered(after), nn.ReLU()]


class Module(nn.Module):
    def __init__(self, before: int, one: int, *filters: int) -> None:
        super().__init__()
        squeeze_a, three_a, squeeze_b, three_b, pooled = filters
        self.branches = nn.ModuleList(
            [
                nn.Sequential(*_convolution(before, one, 1)),
                nn.Sequential(*_convolution(before, squeeze_a, 1), *_convolution(squeeze_a, three_a, 3)),
                nn.Sequential(*_convolution(before, squeeze_b, 1), *_convolution(squeeze_b, three_b, 3)),
                nn.Sequential(nn.MaxPool2d(3, 1, padding=1), *_convolution(before, pooled, 1)),
            ]
        )

    def forward(self, inputs: Tensor) -> Tensor:
        return torch.cat([branch(inputs) for branch in self.branches], 1)


def build(batch: int) -> Twin:
    layers: list[nn.Module] = [Lambda(channels_first), *_convolution(3, 64, 7, 2), nn.MaxPool2d(3, 2, padding=1)]
    layers += [*_convolution(64, 64, 1), *_convolution(64, 192, 3), nn.MaxPool2d(3, 2, padding=1)]
    channels = 192
    for module in MODULES:
        if isinstance(module, int):
            layers.append(nn.MaxPool2d(module, 2, padding=(module - 1) // 2))
            continue
        layers.append(Module(channels, *module))
        channels = module[0] + module[2] + module[4] + module[5]
    layers += [nn.AvgPool2d(7, 1), nn.Dropout(0.2), nn.Conv2d(channels, 1000, 1), nn.Flatten()]
    return classifier(nn.Sequential(*layers), pictures(batch, 224, 224, 3), 1000, momentum(0.01))
