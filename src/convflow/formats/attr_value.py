"""Attributes of nodes: Python values as `AttrValue`, and back.

An attribute has a kind, as the op registry writes it: int, float, bool, string, type, shape, tensor, func,
and list(...) of one of them. Its Python value is, in this order, an int, a float, a bool, bytes, a `DType`, a
`TensorShape`, a `TensorProto`, a `NameAttrList`; for lists a list of them.
"""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable, Iterable
from typing import Any

from tensorboard.compat.proto import attr_value_pb2, tensor_pb2

from convflow.core import dtypes
from convflow.core.shape import TensorShape, as_shape

_INT64 = range(-(1 << 63), 1 << 63)


@dataclasses.dataclass(frozen=True)
class _Kind:
    """One kind: the field of `AttrValue` and of its list that holds it, and both ways."""

    field: str
    to_proto: Callable[[Any], Any]
    from_proto: Callable[[Any], Any]


def _integer(value: Any) -> int:
    number = operator.index(value)
    if number not in _INT64:
        raise ValueError("it does not fit 64 bits")
    return number


def _float(value: Any) -> float:
    if isinstance(value, (str, bytes)):
        raise TypeError("texts are no floats")
    return float(value)


def _bool(value: Any) -> bool:
    if value not in (True, False):
        raise TypeError("only True and False are")
    return bool(value)


def _string(value: Any) -> bytes:
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, bytes):
        return value
    raise TypeError("only str and bytes are")


def _message(message_class: Any) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if not isinstance(value, message_class):
            raise TypeError(f"only {message_class.__name__} messages are")
        return value

    return check


def _same(value: Any) -> Any:
    return value


_KINDS: dict[str, _Kind] = {
    "int": _Kind("i", _integer, _same),
    "float": _Kind("f", _float, _same),
    "bool": _Kind("b", _bool, _same),
    "string": _Kind("s", _string, _same),
    "type": _Kind("type", lambda value: dtypes.as_dtype(value).as_datatype_enum, dtypes.as_dtype),
    "shape": _Kind("shape", lambda value: as_shape(value).as_proto(), TensorShape),
    "tensor": _Kind("tensor", _message(tensor_pb2.TensorProto), _same),
    "func": _Kind("func", _message(attr_value_pb2.NameAttrList), _same),
}
_KIND_OF_FIELD = {kind.field: name for name, kind in _KINDS.items()}
_MESSAGE_FIELDS = ("shape", "tensor", "func")


def to_attr_value(value: Any, kind: str) -> attr_value_pb2.AttrValue:
    """The `AttrValue` of a Python value.

    Args:
        value: as this module's first lines say; also what plainly means the same: texts for strings, anything
            `as_dtype` takes for types, anything `as_shape` takes for shapes.
        kind: the kind of the attribute, such as "int" or "list(shape)".

    Raises:
        TypeError: `value` is not of that kind, or there is no such kind.
        ValueError: an integer does not fit 64 bits, or a size in a shape is negative.
    """
    element_kind, is_list = _parse_kind(kind)
    if not is_list:
        attr = attr_value_pb2.AttrValue()
        _set(attr, element_kind, _convert(value, element_kind, kind))
        return attr
    if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
        raise TypeError(f"{value!r} is no value for an attribute of kind {kind}. Expected a list.")
    # The empty list has to be there as such, for an AttrValue without any field means "no value".
    attr = attr_value_pb2.AttrValue(list=attr_value_pb2.AttrValue.ListValue())
    elements = [_convert(element, element_kind, kind) for element in value]
    getattr(attr.list, _KINDS[element_kind].field).extend(elements)
    return attr


def from_attr_value(attr: attr_value_pb2.AttrValue, kind: str | None = None) -> Any:
    """The Python value of an `AttrValue`.

    Args:
        attr: the message.
        kind: the kind of the attribute; without it, what the message itself holds, of which the kind of an
            empty list cannot be told.

    Raises:
        TypeError: the message holds a value of another kind, or none.
    """
    held = attr.WhichOneof("value")
    if kind is None:
        if held == "list":
            return _whole_list(attr.list)
        if held not in _KIND_OF_FIELD:
            raise TypeError(f"The attribute holds no value of a known kind: {attr!s}".strip())
        kind = _KIND_OF_FIELD[held]
    element_kind, is_list = _parse_kind(kind)
    definition = _KINDS[element_kind]
    if held != ("list" if is_list else definition.field):
        raise TypeError(
            f"The attribute holds {_KIND_OF_FIELD.get(held or '', held or 'nothing')}, expected {kind}. "
            "The graph was made for another version of the operation, or is damaged."
        )
    if not is_list:
        return definition.from_proto(getattr(attr, definition.field))
    return [definition.from_proto(element) for element in getattr(attr.list, definition.field)]


def _whole_list(values: attr_value_pb2.AttrValue.ListValue) -> list[Any]:
    filled = [field for field, _ in values.ListFields()]
    if not filled:
        return []
    kind = _KINDS[_KIND_OF_FIELD[filled[0].name]]
    return [kind.from_proto(element) for element in getattr(values, kind.field)]


def _parse_kind(kind: str) -> tuple[str, bool]:
    is_list = kind.startswith("list(") and kind.endswith(")")
    element_kind = kind[len("list(") : -1] if is_list else kind
    if element_kind not in _KINDS:
        raise TypeError(f"{kind!r} is no kind of attribute. Expected one of {', '.join(_KINDS)}, or list(...) of one.")
    return element_kind, is_list


def _convert(value: Any, element_kind: str, kind: str) -> Any:
    try:
        return _KINDS[element_kind].to_proto(value)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{value!r} is no value for an attribute of kind {kind}: {error}.") from error


def _set(attr: attr_value_pb2.AttrValue, element_kind: str, value: Any) -> None:
    if element_kind in _MESSAGE_FIELDS:
        getattr(attr, element_kind).CopyFrom(value)
        if attr.WhichOneof("value") is None:
            getattr(attr, element_kind).SetInParent()
    else:
        setattr(attr, _KINDS[element_kind].field, value)
