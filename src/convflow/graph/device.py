"""Device names (API: tf.DeviceSpec): recorded on nodes and written to files; every node runs where PyTorch runs it."""

from __future__ import annotations

from typing import Any

_ADVICE = "'/device:CPU:0', '/gpu:0' and '/job:worker/task:1' are devices."


class DeviceSpec:
    """The parts of a device name, each None where it is left open (API: tf.DeviceSpec).

    Args:
        job: name of a job, e.g. "worker".
        replica, task, device_index: numbers.
        device_type: e.g. "CPU".
    """

    def __init__(
        self,
        job: str | None = None,
        replica: int | None = None,
        task: int | None = None,
        device_type: str | None = None,
        device_index: int | None = None,
    ) -> None:
        self.job = None if job is None else str(job)
        self.replica = None if replica is None else int(replica)
        self.task = None if task is None else int(task)
        self.device_type = None if device_type is None else str(device_type).upper()
        self.device_index = None if device_index is None else int(device_index)

    @classmethod
    def from_string(cls, spec: str) -> DeviceSpec:
        """The parts of a name such as "/job:ps/task:3/device:GPU:0" or "/gpu:0".

        Raises:
            ValueError: `spec` is no device name.
        """
        return cls().parse_from_string(spec)

    def parse_from_string(self, spec: str) -> DeviceSpec:
        """Take the parts that `spec` names; the others become open."""
        self.job = self.replica = self.task = self.device_type = self.device_index = None
        for part in filter(None, spec.split("/")):
            self._read(part.split(":"), spec)
        return self

    def _read(self, words: list[str], spec: str) -> None:
        kind = words[0]
        if kind == "job" and len(words) == 2:
            self.job = words[1]
        elif kind in ("replica", "task") and len(words) == 2:
            setattr(self, kind, _number(words[1], spec))
        elif kind.upper() in ("CPU", "GPU") and len(words) <= 2:
            self._set_device(kind, words[1:], spec)
        elif kind == "device" and len(words) in (2, 3):
            self._set_device(words[1], words[2:], spec)
        else:
            raise ValueError(
                f"Unknown attribute '{kind}' is encountered while parsing the device spec: '{spec}'. {_ADVICE}"
            )

    def _set_device(self, device_type: str, index: list[str], spec: str) -> None:
        if self.device_type is not None:
            raise ValueError(f"Multiple device types are not allowed while parsing the device spec: '{spec}'.")
        self.device_type = device_type.upper()
        self.device_index = None if not index or index[0] == "*" else _number(index[0], spec)

    def to_string(self) -> str:
        named = (("job", self.job), ("replica", self.replica), ("task", self.task))
        text = "".join(f"/{part}:{value}" for part, value in named if value is not None)
        if self.device_type is not None:
            text += f"/device:{self.device_type}:{'*' if self.device_index is None else self.device_index}"
        return text

    def merge_from(self, dev: DeviceSpec) -> None:
        """Take over every part that `dev` names."""
        merged = self.make_merged_spec(dev)
        self.__dict__.update(merged.__dict__)

    def make_merged_spec(self, dev: DeviceSpec) -> DeviceSpec:
        """A new spec with the parts of `dev` where it names them, else of this one."""
        parts = {name: value for name, value in dev.__dict__.items() if value is not None}
        return DeviceSpec(**{**self.__dict__, **parts})

    def replace(self, **kwargs: Any) -> DeviceSpec:
        return DeviceSpec(**{**self.__dict__, **kwargs})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DeviceSpec) and self.to_string() == other.to_string()

    def __hash__(self) -> int:
        return hash(self.to_string())

    def __repr__(self) -> str:
        return f"<DeviceSpec {self.to_string()!r}>"


def _number(text: str, spec: str) -> int:
    if not text.isdigit():
        raise ValueError(f"'{text}' is not a number, in the device spec '{spec}'. {_ADVICE}")
    return int(text)


def device_text(device: Any) -> Any:
    """A device as a program may write it, as a string or function."""
    if isinstance(device, DeviceSpec):
        return device.to_string()
    if isinstance(device, str) or device is None or callable(device):
        return device
    raise TypeError(f"A device is a name, a tf.DeviceSpec, a function of the node, or None; got {device!r}. {_ADVICE}")


def apply_devices(op: Any, stack: list[Any]) -> None:
    """Set the device of a new node from the `tf.device` blocks around it, the innermost last in `stack`.

    A name fills in what inner blocks left open; a function's answer stands as it is; None ends the walk.
    """
    for spec in reversed(stack):
        if spec is None:
            return
        if callable(spec):
            answer = device_text(spec(op))
            if answer is None:
                raise TypeError(f"The device function {spec!r} returned None for {op.name}; return '' to leave it.")
            op._set_device(answer)
        elif spec:
            outer, inner = DeviceSpec.from_string(spec), DeviceSpec.from_string(op.device)
            op._set_device(outer.make_merged_spec(inner).to_string())
