"""Examples written as JSON (API: tf.decode_json_example)."""

from __future__ import annotations

from typing import Any

import numpy as np
from google.protobuf import json_format

from convflow.core import errors
from convflow.formats.example import Example
from convflow.graph.apply import apply_op
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules


def decode_json_example(json_examples: Any, name: str | None = None) -> Tensor:
    """Each `tf.train.Example` in protobuf's JSON form as a serialized one.

    API: tf.decode_json_example, tf.io.decode_json_example.

    Args:
        json_examples: strings of any shape; bytes in them stand in base64.

    Returns:
        Strings of the same shape, for `tf.parse_example`.

    Raises:
        InvalidArgumentError: (when run) a string is no such JSON.
    """
    return apply_op("DecodeJSONExample", json_examples=json_examples, name=name)


def _kernel(op: Operation) -> Any:
    def compute(texts: np.ndarray) -> np.ndarray:
        result = np.empty(texts.size, object)
        result[:] = [_decoded(text, index) for index, text in enumerate(texts.reshape(-1).tolist())]
        return result.reshape(texts.shape)

    return compute


def _decoded(text: bytes, index: int) -> bytes:
    try:
        return bytes(json_format.Parse(text, Example()).SerializeToString())
    except (json_format.ParseError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Error while parsing JSON at index {index}: {error}: {text[:100]!r}. Expected a tf.train.Example as "
            'protobuf writes it: {"features": {"feature": {...}}}.',
        ) from None


register_op(
    "DecodeJSONExample",
    inputs="json_examples: string",
    outputs="binary_examples: string",
    shape=rules.unchanged,
    kernel=_kernel,
    gradient=NO_GRADIENT,
)
