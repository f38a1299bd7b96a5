"""Initializers, regularizers and constraints named by strings and dictionaries, as layers and tf.keras take them."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Mapping
from typing import Any


def get(identifier: Any, known: Mapping[str, Callable[..., Any]], kind: str) -> Any:
    """What an argument means: itself if it can be called (an instance of it, if it is a class), or by its name.

    Args:
        identifier: None, a callable, a name, or `{"class_name": name, "config": {...}}`.
        known: the objects' constructors by name.
        kind: what they are, for errors.

    Raises:
        ValueError: an unknown name, or nothing of these.
    """
    if identifier is None:
        return None
    if isinstance(identifier, (str, dict)):
        return deserialize(identifier, known, kind)
    if callable(identifier):
        return identifier() if inspect.isclass(identifier) else identifier
    raise ValueError(
        f"Could not interpret {kind} identifier: {identifier!r} of type {type(identifier).__name__}. "
        f"Pass a name such as '{next(iter(known))}', or the {kind} itself."
    )


def deserialize(config: Any, known: Mapping[str, Callable[..., Any]], kind: str) -> Any:
    """The object of a name or of what `serialize` returned."""
    if isinstance(config, str):
        return _constructor(config, known, kind)()
    if not isinstance(config, dict) or "class_name" not in config or "config" not in config:
        raise ValueError(f"Improper config format for a {kind}: {config!r}. It needs 'class_name' and 'config'.")
    constructor = _constructor(config["class_name"], known, kind)
    from_config = getattr(constructor, "from_config", None)
    return from_config(config["config"]) if from_config else constructor(**config["config"])


def serialize(value: Any) -> Any:
    """The dictionary (or for a plain function the name) that `deserialize` makes an equal object of."""
    if value is None:
        return None
    if hasattr(value, "get_config"):
        return {"class_name": type(value).__name__, "config": value.get_config()}
    if hasattr(value, "__name__"):
        return value.__name__
    raise ValueError(f"Cannot serialize {value!r}: it has neither get_config nor a name.")


def _constructor(name: str, known: Mapping[str, Callable[..., Any]], kind: str) -> Callable[..., Any]:
    if name in known:
        return known[name]
    close = difflib.get_close_matches(name, known, n=3)
    hint = f"Close to it: {', '.join(close)}" if close else f"Expected one of {', '.join(known)}"
    raise ValueError(f"Unknown {kind}: {name!r}. {hint}, or pass the {kind} itself.")
