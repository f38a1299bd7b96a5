"""Strings sorted into numbered buckets (API: tf.string_to_hash_bucket, ..._fast, ..._strong)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import hashes, rules
from convflow.ops.string import each
from convflow.ops.window import either


def string_to_hash_bucket(
    string_tensor: Any = None, num_buckets: int | None = None, name: str | None = None, input: Any = None
) -> Tensor:
    """The bucket of each string by MurmurHash, int64 (API: tf.string_to_hash_bucket, tf.strings.to_hash_bucket).

    Args:
        input: strings. `string_tensor` is its former name.
        num_buckets: how many buckets there are, at least 1.
    """
    strings = either("input", input, "string_tensor", string_tensor)
    return apply_op("StringToHashBucket", string_tensor=strings, num_buckets=num_buckets, name=name)


def string_to_hash_bucket_fast(input: Any, num_buckets: int, name: str | None = None) -> Tensor:
    """The bucket of each string by FarmHash, int64 (API: tf.string_to_hash_bucket_fast).

    Args:
        input: strings of any shape.
        num_buckets: how many buckets there are, at least 1.

    Returns:
        int64 from 0 to num_buckets - 1, of the shape of `input`.
    """
    return apply_op("StringToHashBucketFast", input=input, num_buckets=num_buckets, name=name)


def string_to_hash_bucket_strong(input: Any, num_buckets: int, key: Sequence[int], name: str | None = None) -> Tensor:
    """The bucket of each string by SipHash, which needs a key to foresee (API: tf.string_to_hash_bucket_strong).

    Args:
        key: two integers of 64 bits.
    """
    return apply_op("StringToHashBucketStrong", input=input, num_buckets=num_buckets, key=key, name=name)


def _buckets(hash_of: Callable[[bytes], int], count: int) -> Callable[[np.ndarray], torch.Tensor]:
    return lambda strings: torch.from_numpy(each(lambda item: hash_of(item) % count, strings, dtype=np.int64))


def _strong_shape(ctx: Any) -> list[TensorShape]:
    if len(ctx.attr("key")) != 2:
        raise ValueError(f"Key must have 2 elements, got {ctx.attr('key')}.")
    return rules.unchanged(ctx)


def _strong_kernel(op: Operation) -> Callable[[np.ndarray], torch.Tensor]:
    first, second = (int(number) % 2**64 for number in op.attrs["key"])
    return _buckets(lambda item: hashes.siphash(item, (first, second)), op.attrs["num_buckets"])


def _register(name: str, input: str, kernel: Any, shape: Any = rules.unchanged, attrs: str = "") -> None:
    register_op(
        name,
        inputs=f"{input}: string",
        outputs="output: int64",
        attrs=f"num_buckets: int >= 1{attrs}",
        shape=shape,
        kernel=kernel,
        gradient=NOT_DIFFERENTIABLE,
    )


_register("StringToHashBucket", "string_tensor", lambda op: _buckets(hashes.murmur, op.attrs["num_buckets"]))
_register("StringToHashBucketFast", "input", lambda op: _buckets(hashes.fingerprint, op.attrs["num_buckets"]))
_register("StringToHashBucketStrong", "input", _strong_kernel, _strong_shape, "; key: list(int)")
