"""Examples: features by name, as record files hold them (API: tf.train.Example and what it is made of).

The messages stand twice. Those of the API are plain. Their twins for reading take a packed list of numbers as the bytes
it is on disk, which NumPy turns into an array at once; the wire format of both is the same.

Sources: TensorFlow's feature.proto and example.proto; the protobuf encoding.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.unknown_fields import UnknownFieldSet

_Field = descriptor_pb2.FieldDescriptorProto
_KINDS = ("bytes_list", "float_list", "int64_list")


def _build(package: str, float_type: str, int64_type: str) -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(name=f"{package}.proto", package=package, syntax="proto3")
    for name, kind in (("BytesList", "bytes"), ("FloatList", float_type), ("Int64List", int64_type)):
        message = file.message_type.add(name=name)
        message.field.add(
            name="value", number=1, label=_Field.LABEL_REPEATED, type=getattr(_Field, f"TYPE_{kind.upper()}")
        )
    feature = file.message_type.add(name="Feature")
    feature.oneof_decl.add(name="kind")
    for number, name in enumerate(_KINDS, 1):
        type_name = f".{package}.{name.title().replace('_', '')}"
        feature.field.add(
            name=name, number=number, label=_Field.LABEL_OPTIONAL, type=_Field.TYPE_MESSAGE, type_name=type_name,
            oneof_index=0,
        )  # fmt: skip
    _add_map(file, "Features", "feature", "Feature")
    _add_repeated(file, "FeatureList", "feature", "Feature")
    _add_map(file, "FeatureLists", "feature_list", "FeatureList")
    _add_single(file, "Example", [("features", "Features")])
    _add_single(file, "SequenceExample", [("context", "Features"), ("feature_lists", "FeatureLists")])
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    return {
        message.name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.{message.name}"))
        for message in file.message_type
    }


def _add_map(file: Any, name: str, field: str, value: str) -> None:
    message = file.message_type.add(name=name)
    entry = message.nested_type.add(name="".join(part.title() for part in field.split("_")) + "Entry")
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, label=_Field.LABEL_OPTIONAL, type=_Field.TYPE_STRING)
    _message_field(entry, "value", 2, f".{file.package}.{value}", _Field.LABEL_OPTIONAL)
    _message_field(message, field, 1, f".{file.package}.{name}.{entry.name}", _Field.LABEL_REPEATED)


def _add_repeated(file: Any, name: str, field: str, value: str) -> None:
    _message_field(file.message_type.add(name=name), field, 1, f".{file.package}.{value}", _Field.LABEL_REPEATED)


def _add_single(file: Any, name: str, fields: list[tuple[str, str]]) -> None:
    message = file.message_type.add(name=name)
    for number, (field, value) in enumerate(fields, 1):
        _message_field(message, field, number, f".{file.package}.{value}", _Field.LABEL_OPTIONAL)


def _message_field(message: Any, name: str, number: int, type_name: str, label: Any) -> None:
    message.field.add(name=name, number=number, label=label, type=_Field.TYPE_MESSAGE, type_name=type_name)


_PLAIN = _build("convflow.example", "float", "int64")
_RAW = _build("convflow.example.raw", "bytes", "bytes")

BytesList: Any = _PLAIN["BytesList"]
FloatList: Any = _PLAIN["FloatList"]
Int64List: Any = _PLAIN["Int64List"]
Feature: Any = _PLAIN["Feature"]
Features: Any = _PLAIN["Features"]
FeatureList: Any = _PLAIN["FeatureList"]
FeatureLists: Any = _PLAIN["FeatureLists"]
Example: Any = _PLAIN["Example"]
SequenceExample: Any = _PLAIN["SequenceExample"]

RawExample: Any = _RAW["Example"]
"""An `Example` whose numbers `values_of` reads; FromString raises DecodeError for what is none."""
RawSequenceExample: Any = _RAW["SequenceExample"]

_FLOAT = np.dtype("<f4")
# Up to so many bytes a loop is done before NumPy has begun: most integer features are one number.
_FEW = 24
_SIGN = 1 << 63
_MASK = 2 * _SIGN - 1


def kind_of(feature: Any) -> str | None:
    """ "bytes_list", "float_list" or "int64_list"; None for a feature without any."""
    return feature.WhichOneof("kind")


def values_of(feature: Any, kind: str | None = None) -> Any:
    """The values of a raw feature: a list of bytes, or an array of float32 or int64.

    Args:
        kind: its kind, where that is known already.

    Raises:
        ValueError: its bytes are no numbers, or of two kinds of lists at once.
    """
    kind = kind or feature.WhichOneof("kind")
    if kind == "bytes_list":
        return feature.bytes_list.value
    numbers = feature.int64_list if kind == "int64_list" else feature.float_list
    if len(UnknownFieldSet(numbers)):
        # Numbers written one by one, which old writers do: the plain message knows both ways.
        if numbers.value:
            raise ValueError("a list has numbers both packed and one by one, whose order is lost")
        plain = (FloatList if kind == "float_list" else Int64List).FromString(numbers.SerializeToString())
        return np.array(plain.value, np.float32 if kind == "float_list" else np.int64)
    packed = numbers.value
    data = packed[0] if len(packed) == 1 else b"".join(packed)
    return _floats(data) if kind == "float_list" else decode_varints(data)


def _floats(data: bytes) -> np.ndarray:
    if len(data) % _FLOAT.itemsize:
        raise ValueError(f"a packed list of floats has {len(data)} bytes")
    return np.frombuffer(data, _FLOAT)


def decode_varints(data: bytes) -> np.ndarray:
    """The int64 numbers of a packed list.

    Raises:
        ValueError: the list ends within a number, or one is longer than 64 bits.
    """
    if len(data) <= _FEW:
        return _few_varints(data)
    octets = np.frombuffer(data, np.uint8)
    is_last = octets < 0x80
    if is_last.all():
        return octets.astype(np.int64)
    if not is_last[-1]:
        raise ValueError("a packed list of integers ends within one")
    ends = np.flatnonzero(is_last)
    starts = np.concatenate(([0], ends[:-1] + 1))
    lengths = ends - starts + 1
    if lengths.max() > 10:
        raise ValueError("an integer takes more than 10 bytes")
    places = np.arange(len(octets)) - np.repeat(starts, lengths)
    parts = (octets & 0x7F).astype(np.uint64) << (7 * places).astype(np.uint64)
    return np.add.reduceat(parts, starts).astype(np.int64)


def _few_varints(data: bytes) -> np.ndarray:
    numbers: list[int] = []
    value = shift = 0
    for octet in data:
        value |= (octet & 0x7F) << shift
        if octet < 0x80:
            value &= _MASK
            numbers.append(value if value < _SIGN else value - _SIGN * 2)
            value = shift = 0
            continue
        shift += 7
        if shift == 70:
            raise ValueError("an integer takes more than 10 bytes")
    if shift:
        raise ValueError("a packed list of integers ends within one")
    return np.array(numbers, np.int64)
