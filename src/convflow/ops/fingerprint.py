"""Numbers that stand for rows (API: tf.fingerprint), and a node that TensorFlow shows how to add (tf.user_ops)."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.core import values
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import hashes, rules

_METHOD = "farmhash64"
_BYTES = 8


def fingerprint(data: Any, method: Any = _METHOD, name: str | None = None) -> Tensor:
    """FarmHash's fingerprint of 64 bits of each row (API: tf.fingerprint).

    Of numbers it is that of the row's bytes in memory; of a string that of its bytes; of several strings that of their
    fingerprints in a row.

    Args:
        data: a tensor [n, ...] of any type.
        method: "farmhash64", the only one.
        name: of the node.

    Returns:
        uint8, [n, 8]: the fingerprints, least byte first.

    Raises:
        ValueError: a scalar, or another method.
    """
    return apply_op("Fingerprint", data=data, method=method, name=name)


def _shape(ctx: InferenceContext) -> list[TensorShape]:
    data = ctx.input(0)
    if data.rank == 0:
        raise ValueError("Shape of data must be at least rank 1 but is rank 0: pass rows.")
    rules.with_rank(ctx.input(1), 0, "method")
    method = ctx.constant(1)
    if method is not None:
        _check_method(bytes(method.item()))
    return [TensorShape([None if data.rank is None else data[0], _BYTES])]


def _check_method(method: bytes) -> None:
    if method != _METHOD.encode():
        raise ValueError(f"Unsupported method: {method.decode(errors='replace')}. There is {_METHOD!r} alone.")


def _of_strings(strings: np.ndarray) -> bytes:
    hashed = [struct.pack("<Q", hashes.fingerprint(item)) for item in strings]
    return hashed[0] if len(hashed) == 1 else struct.pack("<Q", hashes.fingerprint(b"".join(hashed)))


def _kernel(op: Operation) -> Callable[[Any, np.ndarray], torch.Tensor]:
    def compute(data: Any, method: np.ndarray) -> torch.Tensor:
        _check_method(method.item())
        rows = values.to_numpy(data)
        if rows.ndim == 0:
            raise ValueError("data is a scalar")
        flat = rows.reshape(rows.shape[0], -1) if rows.size else np.zeros((rows.shape[0], 0), rows.dtype)
        if rows.dtype == object:
            hashed = [
                _of_strings(row) if rows.ndim > 1 else struct.pack("<Q", hashes.fingerprint(row[0])) for row in flat
            ]
        else:
            hashed = [struct.pack("<Q", hashes.fingerprint(row.tobytes())) for row in flat]
        array = np.frombuffer(b"".join(hashed), np.uint8).reshape(len(flat), _BYTES)
        return torch.from_numpy(array.copy())

    return compute


register_op(
    "Fingerprint",
    inputs="data: T; method: string",
    outputs="fingerprint: uint8",
    attrs="T: type",
    shape=_shape,
    kernel=_kernel,
    gradient=NO_GRADIENT,
)


def my_fact() -> Tensor:
    """A fact: TensorFlow's example of an op of one's own (API: tf.user_ops.my_fact). A scalar of type string."""
    return apply_op("Fact")


register_op(
    "Fact",
    inputs="",
    outputs="fact: string",
    attrs="",
    shape=rules.unknown_output,
    kernel=lambda op: lambda: values.as_bytes_array(b"0! == 1"),
    gradient=NO_GRADIENT,
)
