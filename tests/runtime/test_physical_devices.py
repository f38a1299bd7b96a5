"""tf.config.experimental: the machine has its CPU and, for nodes, nothing else."""

from __future__ import annotations

import pytest

import convflow as tf

devices = tf.config.experimental


def test_the_cpu_is_the_only_device() -> None:
    [cpu] = devices.list_physical_devices()
    assert cpu == ("/physical_device:CPU:0", "CPU")
    assert devices.list_physical_devices("GPU") == devices.list_logical_devices("GPU") == []
    assert devices.list_logical_devices()[0].name == "/device:CPU:0"
    assert devices.get_visible_devices("CPU") == [cpu]
    assert devices.get_memory_growth(cpu) is None


def test_gpus_may_be_hidden_but_not_everything() -> None:
    devices.set_visible_devices([], "GPU")
    devices.set_visible_devices(devices.list_physical_devices("CPU"), "CPU")
    with pytest.raises(ValueError, match="would leave no device to run on"):
        devices.set_visible_devices([])
    with pytest.raises(ValueError, match="is no device here"):
        devices.set_visible_devices(["GPU:0"])
    with pytest.raises(ValueError, match="Memory growth can be set for GPUs only"):
        devices.set_memory_growth(devices.list_physical_devices("CPU")[0], True)
