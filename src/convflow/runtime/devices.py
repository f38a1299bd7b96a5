"""What nodes run on, as programs ask for it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any


def _memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        # No such question can be asked of this system.
        return 0


@dataclass(frozen=True)
class SessionDevice:
    """A device of a session (API: tf.Session.list_devices).

    Attributes:
        name: its full name.
        device_type: "CPU".
        memory_limit_bytes: the machine's memory.
        incarnation: differs in every process that a device has; this one is always the same.
    """

    name: str = "/job:localhost/replica:0/task:0/device:CPU:0"
    device_type: str = "CPU"
    memory_limit_bytes: int = _memory()
    incarnation: int = 0


@dataclass(frozen=True)
class DeviceAttributes:
    """A device of this machine (API: tensorflow.core.framework.device_attributes_pb2.DeviceAttributes).

    Attributes:
        name: "/device:CPU:0".
        device_type: "CPU".
        memory_limit: bytes.
        incarnation: see `SessionDevice`.
        physical_device_desc: of GPUs; empty.
    """

    name: str = "/device:CPU:0"
    device_type: str = "CPU"
    memory_limit: int = _memory()
    incarnation: int = 0
    physical_device_desc: str = ""


def list_local_devices(session_config: Any = None) -> list[DeviceAttributes]:
    """The devices that nodes run on: the CPU (API: tensorflow.python.client.device_lib)."""
    return [DeviceAttributes()]
