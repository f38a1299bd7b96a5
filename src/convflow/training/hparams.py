"""Hyperparameters by name, each with a type, read from text (API: tf.contrib.training.HParams)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

_ITEM = re.compile(
    r"""\s*(?P<name>[A-Za-z]\w*)\s*(?:\[\s*(?P<index>\d+)\s*\])?\s*=\s*
    (?:\[(?P<list>[^\]]*)\]|(?P<value>[^,\[]*))\s*(?:,|$)""",
    re.VERBOSE,
)
_TRUE, _FALSE = ("true", "1"), ("false", "0")


class HParams:
    """Hyperparameters as attributes: `HParams(rate=0.1, sizes=[3, 5]).rate`.

    A value's type is fixed by its first value; lists hold values of one type.

    Args:
        model_structure: anything; kept for `get_model_structure`.
        kwargs: names and first values.

    Raises:
        ValueError: a name that is reserved, or an empty list.
    """

    def __init__(self, model_structure: Any = None, **kwargs: Any) -> None:
        self._hparam_types: dict[str, tuple[type, bool]] = {}
        self._model_structure = model_structure
        for name, value in kwargs.items():
            self.add_hparam(name, value)

    if TYPE_CHECKING:
        # The hyperparameters themselves.
        def __getattr__(self, name: str) -> Any: ...

    def add_hparam(self, name: str, value: Any) -> None:
        """Adds a hyperparameter.

        Raises:
            ValueError: the name is taken or reserved, or the value an empty list.
        """
        if getattr(self, name, None) is not None or name in self._hparam_types:
            raise ValueError(f"Hyperparameter name is reserved: {name}")
        is_list = isinstance(value, (list, tuple))
        if is_list and not value:
            raise ValueError(f"Multi-valued hyperparameters cannot be empty: {name}")
        self._hparam_types[name] = (type(value[0] if is_list else value), is_list)
        setattr(self, name, value)

    def set_hparam(self, name: str, value: Any) -> None:
        """Sets a hyperparameter, converted to its type.

        Raises:
            KeyError: there is none of this name.
            ValueError: a value of another type, a list for a single value or the reverse.
        """
        kind, is_list = self._hparam_types[name]
        if is_list != isinstance(value, (list, tuple)):
            wanted, got = ("multi", "single") if is_list else ("single", "multi")
            raise ValueError(f"Must not pass a {got}-valued value for {wanted}-valued parameter: {name}")
        setattr(self, name, [_cast(name, kind, each) for each in value] if is_list else _cast(name, kind, value))

    def del_hparam(self, name: str) -> None:
        """Takes a hyperparameter out; nothing happens if there is none of this name."""
        if name in self._hparam_types:
            del self._hparam_types[name]
            delattr(self, name)

    def parse(self, values: str) -> HParams:
        """Sets hyperparameters from text: "rate=0.1,sizes=[3,5],sizes[1]=7".

        Returns:
            This object.

        Raises:
            ValueError: text of another form, an unknown name, or a value of another type.
        """
        types = {name: kind for name, (kind, _) in self._hparam_types.items()}
        for name, value in parse_values(values, types).items():
            self._set_parsed(name, value)
        return self

    def _set_parsed(self, name: str, value: Any) -> None:
        if not isinstance(value, dict):
            self.set_hparam(name, value)
            return
        kept = list(getattr(self, name)) if self._hparam_types[name][1] else None
        if kept is None or max(value) >= len(kept):
            raise ValueError(f"{name}[{max(value)}] is set. Expected an index into {kept}. Correct the index.")
        for index, each in value.items():
            kept[index] = each
        self.set_hparam(name, kept)

    def override_from_dict(self, values_dict: dict[str, Any]) -> HParams:
        """Sets hyperparameters from a dictionary; see `set_hparam`. Returns this object."""
        for name, value in values_dict.items():
            self.set_hparam(name, value)
        return self

    set_from_map = override_from_dict

    def parse_json(self, values_json: str) -> HParams:
        """Sets hyperparameters from a JSON object; see `set_hparam`. Returns this object."""
        return self.override_from_dict(json.loads(values_json))

    def to_json(
        self,
        indent: int | None = None,
        separators: tuple[str, str] | None = None,
        sort_keys: bool = False,
        serialize_numpy: bool = False,
    ) -> str:
        """All names and values as a JSON object; NumPy's values as Python's if `serialize_numpy`."""

        def plain(value: Any) -> Any:
            if serialize_numpy and hasattr(value, "tolist"):
                return value.tolist()
            return getattr(value, "__name__", str(value))

        return json.dumps(self.values(), indent=indent, separators=separators, sort_keys=sort_keys, default=plain)

    def values(self) -> dict[str, Any]:
        """The value of each name."""
        return {name: getattr(self, name) for name in self._hparam_types}

    def get(self, key: str, default: Any = None) -> Any:
        """The value of `key`, or `default` if there is none of this name.

        Raises:
            ValueError: a default of another type than the hyperparameter's.
        """
        if key not in self._hparam_types:
            return default
        kind, is_list = self._hparam_types[key]
        if default is not None:
            if is_list != isinstance(default, (list, tuple)):
                raise ValueError(
                    f"{key} is {'a list' if is_list else 'a single value'}, its default {default!r} is not."
                )
            for each in default if is_list else [default]:
                _cast(key, kind, each)
        return getattr(self, key)

    def set_model_structure(self, model_structure: Any) -> None:
        """Keeps `model_structure`."""
        self._model_structure = model_structure

    def get_model_structure(self) -> Any:
        """What was kept by `set_model_structure`, or given at first."""
        return self._model_structure

    def __contains__(self, key: str) -> bool:
        return key in self._hparam_types

    def __iter__(self) -> Iterator[str]:
        return iter(self._hparam_types)

    def __str__(self) -> str:
        return str(sorted(self.values().items()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self})"


def parse_values(values: str, type_map: dict[str, type], ignore_unknown: bool = False) -> dict[str, Any]:
    """Hyperparameters in text, such as "rate=0.1,sizes=[3,5],sizes[1]=7" (API: tf.contrib.training.parse_values).

    Args:
        values: the text.
        type_map: the type of each name.
        ignore_unknown: leave names out that have no type.

    Returns:
        A value, a list, or for `name[index]` a dictionary {index: value} of each name.

    Raises:
        ValueError: text of another form, an unknown name, a name given twice, or a value of another type.
    """
    found: dict[str, Any] = {}
    at = 0
    while at < len(values):
        match = _ITEM.match(values, at)
        if match is None:
            raise ValueError(f"Malformed hyperparameter value: {values[at:]}")
        at = match.end()
        name = match["name"]
        if name in type_map:
            _put(found, match, _parsed(name, type_map[name], match))
        elif not ignore_unknown:
            raise ValueError(f"Unknown hyperparameter type for {name}")
    return found


def _parsed(name: str, kind: type, match: re.Match[str]) -> Any:
    if match["list"] is None:
        return _from_text(name, kind, match["value"].strip())
    return [_from_text(name, kind, each.strip()) for each in match["list"].split(",") if each.strip()]


def _put(found: dict[str, Any], match: re.Match[str], value: Any) -> None:
    name, index = match["name"], match["index"]
    if index is None:
        if name in found:
            raise ValueError(f"Multiple assignments to variable '{name}' in {match.string}")
        found[name] = value
        return
    if isinstance(value, list) or not isinstance(found.setdefault(name, {}), dict) or int(index) in found[name]:
        raise ValueError(f"Multiple assignments to variable '{name}[{index}]' in {match.string}")
    found[name][int(index)] = value


def _from_text(name: str, kind: type, text: str) -> Any:
    try:
        if kind is bool:
            if text.lower() not in _TRUE + _FALSE:
                raise ValueError(text)
            return text.lower() in _TRUE
        return text if kind is type(None) else kind(text)
    except ValueError:
        raise ValueError(f"Could not parse hparam '{name}' of type '{kind.__name__}' with value '{text}'") from None


def _cast(name: str, kind: type, value: Any) -> Any:
    """`value` in a hyperparameter's type; only what loses nothing is converted."""
    fits = isinstance(value, kind) or kind is type(None) or value is None
    if issubclass(kind, bool) != isinstance(value, bool) and not (kind is type(None) or value is None):
        fits = False
    elif issubclass(kind, int):
        fits = isinstance(value, int) or (hasattr(value, "dtype") and value.dtype.kind in "iu")
    elif issubclass(kind, float):
        fits = isinstance(value, (int, float)) or hasattr(value, "dtype")
    elif issubclass(kind, (str, bytes)):
        fits = isinstance(value, (str, bytes))
    if not fits:
        raise ValueError(
            f"Could not cast hparam '{name}' of type '{kind.__name__}' from value {value!r}. Expected that type. "
            "Give such a value."
        )
    return value if value is None or kind is type(None) or not issubclass(kind, (int, float)) else kind(value)
