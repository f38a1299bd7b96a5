"""Strings in one encoding written in another (API: tf.strings.unicode_transcode, unicode_encode)."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from convflow.core import errors, values
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules
from convflow.ops.array.reshape import reshape
from convflow.ops.array.sequence import range as range_
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.math.reduce import reduce_prod
from convflow.ops.string import each, text_of
from convflow.ops.types import INDEX

_ERRORS = "errors: string = 'replace' in {'strict', 'replace', 'ignore'}"
_ENCODINGS = "output_encoding: string in {'UTF-8', 'UTF-16-BE', 'UTF-32-BE'}"
_REPLACEMENT = "replacement_char: int = 65533"
# Those that TensorFlow takes for control characters: the first 32, tab and line feed among them.
_CONTROL = re.compile("[\x00-\x1f]")


def unicode_transcode(
    input: Any,
    input_encoding: str,
    output_encoding: str,
    errors: str = "replace",
    replacement_char: int = 65533,
    replace_control_characters: bool = False,
    name: str | None = None,
) -> Tensor:
    """Strings in another encoding (API: tf.strings.unicode_transcode).

    Args:
        input: strings of any shape.
        input_encoding: of `input`: any that Python knows.
        output_encoding: "UTF-8", "UTF-16-BE" or "UTF-32-BE".
        errors: what to do with bytes that are none in the encoding: "replace", "ignore" or "strict", an error.
        replacement_char: the number of the character that replaces them.
        replace_control_characters: whether the control characters U+0000 to U+001F are treated like those.
        name: of the node.

    Returns:
        strings, of the shape of `input`.

    Raises:
        ValueError: another output encoding, or another way with errors.
        InvalidArgumentError: (when run) an unknown input encoding, or, with "strict", bytes that are none in it.
    """
    return apply_op(
        "UnicodeTranscode",
        input=input,
        input_encoding=input_encoding,
        output_encoding=output_encoding,
        errors=errors,
        replacement_char=replacement_char,
        replace_control_characters=replace_control_characters,
        name=name,
    )


def unicode_encode(
    input: Any, output_encoding: str, errors: str = "replace", replacement_char: int = 65533, name: str | None = None
) -> Tensor:
    """Strings of the numbers of their characters (API: tf.strings.unicode_encode).

    Args:
        input: int32, [..., n]: the numbers of the characters of each string.
        output_encoding: "UTF-8", "UTF-16-BE" or "UTF-32-BE".
        errors: what to do with numbers of no character: "replace", "ignore" or "strict", an error.
        replacement_char: the number of the character that replaces them.
        name: of the nodes.

    Returns:
        strings, of the shape of `input` without its last dimension.

    Raises:
        ValueError: a scalar, an unknown rank, another encoding or way with errors.
        InvalidArgumentError: (when run) with "strict", the number of no character.
    """
    with name_scope(name, "UnicodeEncode", [input]):
        numbers = convert_to_tensor(input)
        if not numbers.shape.rank:
            raise ValueError(
                f"The rank of input must be known and at least 1, got the shape {numbers.shape}. Each row is a string."
            )
        sizes = shape_of(numbers, out_type="int64")
        outer, width = sizes[:-1], sizes[-1]
        splits = range_(reduce_prod(outer) + 1) * width
        encoded = apply_op(
            "UnicodeEncode",
            input_values=reshape(numbers, [-1]),
            input_splits=splits,
            output_encoding=output_encoding,
            errors=errors,
            replacement_char=replacement_char,
        )
        result = reshape(encoded, outer)
        result.set_shape(numbers.shape[:-1])
        return result


def _encoder(op: Operation) -> Callable[[str], bytes]:
    name = text_of(op.attrs["output_encoding"]).lower()
    return lambda text: text.encode(name, "surrogatepass")


def _decoder(op: Operation) -> Callable[[bytes], str]:
    """What reads a string of the node's encoding, with its way with errors."""
    name, way = text_of(op.attrs["input_encoding"]), text_of(op.attrs["errors"])
    replacement = chr(op.attrs["replacement_char"])
    try:
        found = codecs.lookup(name)
    except LookupError:
        raise errors.InvalidArgumentError(
            None, None, f"Could not create converter for input encoding: {name}. Pass one such as UTF-8 or UTF-16-BE."
        ) from None

    def decode(data: bytes) -> str:
        if way == "strict":
            try:
                return found.decode(data, "strict")[0]
            except UnicodeDecodeError as error:
                raise errors.InvalidArgumentError(
                    None, None, f"Invalid formatting on input string {data[:40]!r}: {error.reason}. It is not {name}."
                ) from None
        if way == "ignore":
            return found.decode(data, "ignore")[0]
        return found.decode(data, "replace")[0].replace("\ufffd", replacement)

    return decode


def _without_controls(op: Operation) -> Callable[[str], str]:
    if not op.attrs["replace_control_characters"]:
        return lambda text: text
    ignored = text_of(op.attrs["errors"]) == "ignore"
    replacement = "" if ignored else chr(op.attrs["replacement_char"])
    return lambda text: _CONTROL.sub(lambda match: replacement, text)


def _transcode_kernel(op: Operation) -> Callable[[np.ndarray], np.ndarray]:
    encode, clean = _encoder(op), _without_controls(op)

    def compute(strings: np.ndarray) -> np.ndarray:
        decode = _decoder(op)
        return each(lambda item: encode(clean(decode(item))), strings)

    return compute


def _check_replacement(ctx: InferenceContext) -> None:
    number = ctx.attr("replacement_char")
    if not _is_character(number):
        raise ValueError(f"replacement_char must be the number of a character, got {number}. 65533 stands for unknown.")


def _is_character(number: int) -> bool:
    return 0 <= number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF


def _transcode_shape(ctx: InferenceContext) -> list[TensorShape]:
    _check_replacement(ctx)
    return rules.unchanged(ctx)


register_op(
    "UnicodeTranscode",
    inputs="input: string",
    outputs="output: string",
    attrs=f"input_encoding: string; {_ENCODINGS}; {_ERRORS}; {_REPLACEMENT}; replace_control_characters: bool = false",
    shape=_transcode_shape,
    kernel=_transcode_kernel,
    gradient=NO_GRADIENT,
)


def _encode_shape(ctx: InferenceContext) -> list[TensorShape]:
    _check_replacement(ctx)
    rules.with_rank(ctx.input(0), 1, "input_values")
    splits = rules.with_rank(ctx.input(1), 1, "input_splits")
    size = splits[0].value
    return [TensorShape([None if size is None else max(size - 1, 0)])]


def _encode_kernel(op: Operation) -> Callable[[Any, Any], np.ndarray]:
    encode, way = _encoder(op), text_of(op.attrs["errors"])
    replacement = chr(op.attrs["replacement_char"])

    def character(number: int) -> str:
        if _is_character(number):
            return chr(number)
        if way == "strict":
            raise errors.InvalidArgumentError(None, None, f"{number} is the number of no character.")
        return "" if way == "ignore" else replacement

    def compute(input_values: Any, input_splits: Any) -> np.ndarray:
        characters = [character(int(number)) for number in values.to_numpy(input_values)]
        splits = values.to_numpy(input_splits)
        result = np.empty(max(len(splits) - 1, 0), dtype=object)
        for index in range(len(result)):
            result[index] = encode("".join(characters[splits[index] : splits[index + 1]]))
        return result

    return compute


register_op(
    "UnicodeEncode",
    inputs="input_values: int32; input_splits: Tsplits",
    outputs="output: string",
    attrs="errors: string = 'replace' in {'ignore', 'replace', 'strict'}; "
    f"{_ENCODINGS}; {_REPLACEMENT}; Tsplits: type = int64 in {{{INDEX}}}",
    shape=_encode_shape,
    kernel=_encode_kernel,
    gradient=NO_GRADIENT,
)
