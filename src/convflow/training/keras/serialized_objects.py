"""Keras objects as names and configurations (API: tf.keras.utils.serialize_keras_object and its inverse)."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from convflow.training.keras.custom_objects import CustomObjectScope, get_custom_objects


def serialize_keras_object(instance: Any) -> Any:
    """What an object is made of again (API: tf.keras.utils.serialize_keras_object; arguments of 1.15).

    Args:
        instance: an object with `get_config`, a function or class, or None.

    Returns:
        {"class_name": ..., "config": ...}, a function's or class's name, or None.

    Raises:
        ValueError: anything else.
    """
    if instance is None:
        return None
    if hasattr(instance, "get_config"):
        return {"class_name": type(instance).__name__, "config": instance.get_config()}
    if hasattr(instance, "__name__"):
        return instance.__name__
    raise ValueError(
        f"Cannot serialize {instance!r}: it has neither get_config() nor a name. Give its class get_config."
    )


def deserialize_keras_object(
    identifier: Any,
    module_objects: Mapping[str, Any] | None = None,
    custom_objects: Mapping[str, Any] | None = None,
    printable_module_name: str = "object",
) -> Any:
    """The object of what `serialize_keras_object` returned (API: tf.keras.utils...; arguments of 1.15).

    Args:
        identifier: a dictionary with "class_name" and "config", a name, or None.
        module_objects: classes and functions by name.
        custom_objects: more of them, which come first, then those of `tf.keras.utils.get_custom_objects()`.
        printable_module_name: what the objects are, for errors.

    Returns:
        The object: of a class's name one made without arguments, of a function's name the function.

    Raises:
        ValueError: a name that is nowhere, or what is no such description.
    """
    if identifier is None:
        return None
    if isinstance(identifier, str):
        found = _found(identifier, module_objects, custom_objects, printable_module_name)
        return found() if inspect.isclass(found) else found
    if not isinstance(identifier, Mapping):
        raise ValueError(
            f"Could not interpret serialized {printable_module_name}: {identifier!r}. Expected a name, or a dictionary "
            "with 'class_name' and 'config'."
        )
    if not {"class_name", "config"} <= set(identifier):
        raise ValueError(f"Improper config format: {dict(identifier)}. Expected the keys 'class_name' and 'config'.")
    kind = _found(identifier["class_name"], module_objects, custom_objects, printable_module_name)
    return _made(kind, identifier["config"], dict(custom_objects or {}))


def _made(kind: Any, config: dict[str, Any], custom_objects: dict[str, Any]) -> Any:
    if not hasattr(kind, "from_config"):
        with CustomObjectScope(custom_objects):
            return kind(**config)
    if "custom_objects" in inspect.signature(kind.from_config).parameters:
        return kind.from_config(config, custom_objects={**get_custom_objects(), **custom_objects})
    with CustomObjectScope(custom_objects):
        return kind.from_config(config)


def _found(
    name: str, module_objects: Mapping[str, Any] | None, custom_objects: Mapping[str, Any] | None, what: str
) -> Any:
    for known in (custom_objects, get_custom_objects(), module_objects):
        if known and known.get(name) is not None:
            return known[name]
    raise ValueError(f"Unknown {what}: {name}. Pass it in custom_objects, by this name.")
