"""What a record says of a picture: its bytes, its class, its class in words."""

from __future__ import annotations

from typing import Any, NamedTuple

from google.protobuf.message import DecodeError

from convflow.core import errors
from convflow.formats.example import RawExample, values_of

ENCODED, LABEL, TEXT, FORMAT = "image/encoded", "image/class/label", "image/class/text", "image/format"
# Length and checksum before a record's bytes, a checksum after them.
_FRAME = 16


class Fields(NamedTuple):
    """The bytes of a picture file, the number of its class, and the class in words or nothing."""

    encoded: bytes
    label: int
    text: str


def size_on_disk(contents: bytes) -> int:
    """How many bytes a record takes in its file."""
    return len(contents) + _FRAME


def fields_of(contents: bytes, name: str) -> Fields:
    """What a record says of its picture.

    Args:
        contents: a `tf.train.Example` in bytes.
        name: what errors call it.

    Raises:
        errors.DataLossError: it is no `tf.train.Example`.
        errors.InvalidArgumentError: it has no picture or no class.
    """
    try:
        features = RawExample.FromString(contents).features.feature
    except DecodeError as reason:
        raise errors.DataLossError(
            None,
            None,
            f"{name} is no tf.train.Example: {reason}. Expected records that hold pictures and their classes. Give "
            "other files, or make these anew.",
        ) from reason
    encoded = _only(features, ENCODED, "bytes_list", name)
    label = int(_only(features, LABEL, "int64_list", name))
    if label < 0:
        raise _refused(f"{name} has the class {label}", "0 or above")
    if FORMAT in features and list(values_of(features[FORMAT], "bytes_list"))[:1] == [b"raw"]:
        raise _refused(f"{name} holds pixels as they are (image/format is raw)", "the bytes of a picture file")
    words = list(values_of(features[TEXT], "bytes_list")) if TEXT in features else []
    return Fields(encoded, label, words[0].decode("utf-8", "replace") if words else "")


def _only(features: Any, feature: str, kind: str, name: str) -> Any:
    if feature not in features:
        found = ", ".join(sorted(features)) or "none"
        raise _refused(f"{name} has no {feature}; its features are: {found}", f"{ENCODED} and {LABEL}")
    try:
        values = list(values_of(features[feature], kind))
    except ValueError as reason:
        raise _refused(f"{name} has a damaged {feature}: {reason}", "one value") from reason
    if len(values) != 1:
        raise _refused(f"{name} has {len(values)} values of {kind} in {feature}", "one")
    return values[0]


def _refused(found: str, expected: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(
        None,
        None,
        f"{found}. Expected {expected}. Write records as slim's image_to_tfexample does, a picture and its class in "
        "each.",
    )
