"""Windows of a sequence in batches (API: tf.keras.preprocessing.sequence.TimeseriesGenerator)."""

from __future__ import annotations

from typing import Any

import numpy as np

from convflow.training.keras.images import Sequence


class TimeseriesGenerator(Sequence):
    """Batches of windows of a sequence and of what follows them.

    API: tf.keras.preprocessing.sequence.TimeseriesGenerator.

    Args:
        data, targets: (steps, ...), as many targets as data.
        length: steps in a window.
        sampling_rate: every so many steps are taken.
        stride: steps between windows.
        start_index, end_index: where windows' targets begin and end.
        shuffle: windows at random places.
        reverse: windows backwards.
        batch_size: windows in a batch.

    Raises:
        ValueError: other numbers of targets, or no window fits.
    """

    def __init__(
        self,
        data: Any,
        targets: Any,
        length: int,
        sampling_rate: int = 1,
        stride: int = 1,
        start_index: int = 0,
        end_index: int | None = None,
        shuffle: bool = False,
        reverse: bool = False,
        batch_size: int = 128,
    ) -> None:
        if len(data) != len(targets):
            raise ValueError(
                f"Data and targets have to be of same length. Data length is {len(data)} while target length is "
                f"{len(targets)}"
            )
        self.data, self.targets, self.length = data, targets, length
        self.sampling_rate, self.stride, self.batch_size = sampling_rate, stride, batch_size
        self.start_index = start_index + length
        self.end_index = len(data) - 1 if end_index is None else end_index
        self.shuffle, self.reverse = shuffle, reverse
        if self.start_index > self.end_index:
            raise ValueError(
                f"`start_index+length={self.start_index} > end_index={self.end_index}` is disallowed, as no part of "
                "the sequence would be left to be used as current step."
            )

    def __len__(self) -> int:
        windows = self.end_index - self.start_index + self.batch_size * self.stride
        return windows // (self.batch_size * self.stride)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        if self.shuffle:
            rows = np.random.randint(self.start_index, self.end_index + 1, size=self.batch_size)
        else:
            first = self.start_index + self.batch_size * self.stride * index
            rows = np.arange(first, min(first + self.batch_size * self.stride, self.end_index + 1), self.stride)
        samples = np.array([self.data[row - self.length : row : self.sampling_rate] for row in rows])
        targets = np.array([self.targets[row] for row in rows])
        return (samples[:, ::-1, ...] if self.reverse else samples), targets
