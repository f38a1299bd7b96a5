"""The machine's devices as programs ask for them before they begin (API: tf.config.experimental)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple


class PhysicalDevice(NamedTuple):
    """A device of the machine."""

    name: str
    device_type: str


class VirtualDeviceConfiguration(NamedTuple):
    """How a part of a device is made a device of its own (API: tf.config.experimental.VirtualDeviceConfiguration).

    Args:
        memory_limit: a GPU's memory for it, in MB; None for the CPU.
    """

    memory_limit: int | None = None


class LogicalDevice(NamedTuple):
    """A device that nodes can be put on."""

    name: str
    device_type: str


_PHYSICAL = [PhysicalDevice("/physical_device:CPU:0", "CPU")]
_LOGICAL = [LogicalDevice("/device:CPU:0", "CPU")]


def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The machine's devices, of one type or of all: the CPU (API: tf.config.experimental.list_physical_devices).

    Args:
        device_type: "CPU" or "GPU"; None for all.

    Returns:
        A list of `PhysicalDevice`.
    """
    return [device for device in _PHYSICAL if device_type in (None, device.device_type)]


def list_logical_devices(device_type: str | None = None) -> list[LogicalDevice]:
    """The devices of a session, of one type or of all (API: tf.config.experimental.list_logical_devices).

    Args:
        device_type: "CPU" or "GPU"; None for all.

    Returns:
        A list of `LogicalDevice`.
    """
    return [device for device in _LOGICAL if device_type in (None, device.device_type)]


def get_visible_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The devices that sessions may use: all (API: tf.config.experimental.get_visible_devices).

    Args:
        device_type: "CPU" or "GPU"; None for all.

    Returns:
        A list of `PhysicalDevice`.
    """
    return list_physical_devices(device_type)


def set_visible_devices(devices: PhysicalDevice | Sequence[PhysicalDevice], device_type: str | None = None) -> None:
    """Choose what sessions may use; hiding GPUs, which are not used, is always right
    (API: tf.config.experimental.set_visible_devices).

    Args:
        devices: a `PhysicalDevice`, or a list of them.
        device_type: the type that is chosen from; None for all.

    Raises:
        ValueError: a device that the machine does not have, or nothing is left to run on.
    """
    chosen = [devices] if isinstance(devices, PhysicalDevice) else list(devices or [])
    for device in chosen:
        _check(device, "set_visible_devices")
    if not chosen and device_type in (None, "CPU"):
        raise ValueError("set_visible_devices would leave no device to run on. Leave the CPU visible.")


def get_memory_growth(device: PhysicalDevice) -> bool | None:
    """Whether a GPU's memory is taken as needed; the CPU's always is (API: tf.config.experimental.get_memory_growth).

    Args:
        device: one of `list_physical_devices()`.

    Returns:
        None for the CPU, as in TensorFlow.

    Raises:
        ValueError: a device that the machine does not have.
    """
    _check(device, "get_memory_growth")
    return None


def set_memory_growth(device: PhysicalDevice, enable: bool) -> None:
    """Take a GPU's memory as needed (API: tf.config.experimental.set_memory_growth).

    Args:
        device: one of `list_physical_devices()`.
        enable: accepted.

    Raises:
        ValueError: the device is no GPU of this machine; it has none.
    """
    _check(device, "set_memory_growth")
    raise ValueError(f"Memory growth can be set for GPUs only, got {device}. Ask for the devices of type 'GPU'.")


def get_virtual_device_configuration(device: PhysicalDevice) -> list[VirtualDeviceConfiguration] | None:
    """How a device was divided; None if it was not (API: tf.config.experimental.get_virtual_device_configuration).

    Args:
        device: one of `list_physical_devices()`.

    Raises:
        ValueError: a device that the machine does not have.
    """
    _check(device, "get_virtual_device_configuration")
    return None


def set_virtual_device_configuration(
    device: PhysicalDevice, logical_devices: Sequence[VirtualDeviceConfiguration]
) -> None:
    """Divide a device into several (API: tf.config.experimental.set_virtual_device_configuration).

    Args:
        device: one of `list_physical_devices()`.
        logical_devices: a configuration for each part; a single one leaves the device as it is.

    Raises:
        ValueError: a device that the machine does not have, or a limit of the CPU's memory.
        NotImplementedError: several parts: sessions run on one device.
    """
    _check(device, "set_virtual_device_configuration")
    if any(part.memory_limit is not None for part in logical_devices):
        raise ValueError("Setting memory limit on CPU virtual devices is currently not supported. Leave it out.")
    if len(logical_devices) > 1:
        raise NotImplementedError(
            f"tf.config.experimental.set_virtual_device_configuration asks for {len(logical_devices)} devices, and "
            "sessions run on one. Ask for one, or leave the call out."
        )


def _check(device: Any, caller: str) -> None:
    if device not in _PHYSICAL:
        raise ValueError(f"{caller} got {device!r}, which is no device here. Expected one of {_PHYSICAL}.")
