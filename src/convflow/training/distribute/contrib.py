"""The mirrored strategy with the arguments of 1.15's contributions (API: tf.contrib.distribute.MirroredStrategy)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convflow.training.distribute import strategy


class MirroredStrategy(strategy.MirroredStrategy):
    """`tf.distribute.MirroredStrategy` for a number of GPUs, of which there may be one.

    Args:
        devices: None, or a list of one device.
        num_gpus, num_gpus_per_worker: None, 0 or 1, not both.
        cross_device_ops, auto_shard_dataset, cross_tower_ops: of several devices; have no effect with one.

    Raises:
        ValueError: both numbers, or a number beside `devices`. NotImplementedError: more than one.
    """

    def __init__(
        self,
        devices: Sequence[str] | None = None,
        num_gpus: int | None = None,
        num_gpus_per_worker: int | None = None,
        cross_device_ops: Any = None,
        auto_shard_dataset: bool = False,
        cross_tower_ops: Any = None,
    ) -> None:
        given = [number for number in (num_gpus, num_gpus_per_worker) if number is not None]
        if len(given) > 1 or (given and devices is not None):
            raise ValueError(
                f"MirroredStrategy: devices={devices}, num_gpus={num_gpus} and num_gpus_per_worker="
                f"{num_gpus_per_worker} say the same thing. Pass one of them."
            )
        if given and given[0] > 1:
            raise NotImplementedError(
                f"MirroredStrategy: {given[0]} GPUs are asked for, and convflow has one device. Pass num_gpus=1."
            )
        super().__init__(devices, cross_device_ops or cross_tower_ops)
