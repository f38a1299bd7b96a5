"""Names that are not there, or there for imports alone: what a program is told that uses them."""

from __future__ import annotations

from typing import Any, NoReturn

from convflow.core.old_names import NEWER


class NewerName(AttributeError):
    """A name from before TensorFlow 1.0 that has another one now.

    Attributes:
        newer: the path of what replaced it, "" if nothing did.
        reason: why the old name is gone, and what takes its place.
    """

    def __init__(self, symbol: str, newer: str) -> None:
        self.newer = newer
        self.reason = f"renamed to {newer} in TensorFlow 1.0" if newer else "gone since TensorFlow 1.0"
        advice = f"Write {newer}." if newer else "Nothing replaced it."
        super().__init__(f"{symbol} is a name from before TensorFlow 1.0, which no release 1.x has. {advice}")


class Absent:
    """Stands for a symbol that can be imported and no more; using it names it.

    Args:
        symbol: its path, such as "tf.test.create_local_cluster".
        reason: why it is not here.
        advice: what to do instead.
    """

    def __init__(self, symbol: str, reason: str, advice: str) -> None:
        self.symbol, self.reason, self.advice = symbol, reason, advice

    def _refuse(self) -> NoReturn:
        raise NotImplementedError(f"{self.symbol} is not here: {self.reason}. {self.advice}")

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        self._refuse()

    def __getattr__(self, name: str) -> NoReturn:
        # What inspection asks of any object must not fail.
        if name.startswith("__"):
            raise AttributeError(name)
        self._refuse()

    def __mro_entries__(self, bases: tuple[Any, ...]) -> NoReturn:
        self._refuse()


def missing_member(module: str, name: str) -> AttributeError:
    """The error for `name` that the api's module of this name does not have."""
    path = "tf" + module.removeprefix("convflow.api")
    newer = NEWER.get(f"{path}.{name}")
    if newer is not None:
        return NewerName(f"{path}.{name}", newer)
    return AttributeError(f"module {module!r} has no attribute {name!r}", name=name)
