"""The twin of `benchmarks.works.fcn`."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

from benchmarks.twins.twin import Phase, Twin, adam, channels_first, cross_entropy
from benchmarks.works.fcn import CLASSES, SIZE
from benchmarks.works.program import one_hot, pictures


class Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        sizes = (3, 32, 64, 128, 256, 256)
        self.stages = nn.ModuleList(
            nn.Sequential(nn.Conv2d(before, after, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
            for before, after in pairwise(sizes)
        )
        self.score = nn.Conv2d(256, CLASSES, 1)
        self.skips = nn.ModuleList(nn.Conv2d(channels, CLASSES, 1) for channels in (256, 128))
        self.ups = nn.ModuleList(nn.ConvTranspose2d(CLASSES, CLASSES, 4, 2, padding=1) for _ in range(2))
        self.last = nn.ConvTranspose2d(CLASSES, CLASSES, 16, 8, padding=4)

    def forward(self, images: Tensor) -> Tensor:
        """NHWC pictures to logits [batch, CLASSES, SIZE, SIZE]."""
        features, kept = channels_first(images), []
        for stage in self.stages:
            features = stage(features)
            kept.append(features)
        scores = self.score(features)
        for up, skip, stage_output in zip(self.ups, self.skips, (kept[3], kept[2]), strict=True):
            scores = up(scores) + skip(stage_output)
        return self.last(scores)


def build(batch: int) -> Twin:
    module = Network()
    labels = one_hot(batch * SIZE * SIZE, CLASSES).reshape(batch, SIZE, SIZE, CLASSES)

    def loss(images: Tensor, labels: Tensor) -> Tensor:
        return cross_entropy(channels_first(labels), module(images))

    def forward(images: Tensor, labels: Tensor) -> Tensor:
        return module(images).argmax(1)

    phases = [Phase(loss, list(module.parameters()), adam(1e-4))]
    return Twin(module, [pictures(batch, SIZE, SIZE, 3), labels], forward, phases)
