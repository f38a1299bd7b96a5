"""Tensors as strings; the bytes are those TensorFlow 2.21 makes."""

from __future__ import annotations

import gzip
import zlib
from typing import Any

import numpy as np
import pytest

import convflow as tf
from convflow.core import errors


@pytest.fixture(autouse=True)
def _graph() -> Any:
    with tf.Graph().as_default():
        yield


def run(fetches: Any) -> Any:
    with tf.Session() as session:
        return session.run(fetches)


CASES = [
    (1.5, b'\x08\x01\x12\x00"\x04\x00\x00\xc0?'),
    ([1, 2], b'\x08\x03\x12\x04\x12\x02\x08\x02"\x08\x01\x00\x00\x00\x02\x00\x00\x00'),
    (["a", b"b"], b"\x08\x07\x12\x04\x12\x02\x08\x02B\x01aB\x01b"),
    ([True], b'\x08\n\x12\x04\x12\x02\x08\x01"\x01\x01'),
    ([[1j]], b'\x08\x12\x12\x08\x12\x02\x08\x01\x12\x02\x08\x01"\x10' + bytes(14) + b"\xf0?"),
]


@pytest.mark.parametrize(("value", "data"), CASES)
def test_tensors_as_bytes_and_back(value: Any, data: bytes) -> None:
    tensor = tf.constant(value)
    serialized = tf.serialize_tensor(tensor)
    assert serialized.shape.as_list() == []
    back = tf.io.parse_tensor(serialized, tensor.dtype)
    assert back.shape.rank is None
    found, made, original = run([serialized, back, tensor])
    assert found == data
    np.testing.assert_array_equal(made, original)


def test_bfloat16() -> None:
    assert run(tf.serialize_tensor(tf.constant([1.0], tf.bfloat16))) == b'\x08\x0e\x12\x04\x12\x02\x08\x01"\x02\x80?'


def test_what_is_no_tensor_of_the_type() -> None:
    with pytest.raises(errors.InvalidArgumentError, match="Could not parse `serialized` as TensorProto, 2 bytes"):
        run(tf.parse_tensor(b"xx", tf.float32))
    with pytest.raises(errors.InvalidArgumentError, match=r"Type mismatch between parsed tensor \(float32\) and dtype"):
        run(tf.parse_tensor(CASES[0][1], tf.int32))
    with pytest.raises(ValueError, match="serialized"):
        tf.parse_tensor([b""], tf.float32)


@pytest.mark.parametrize(("kind", "pack"), [("", bytes), ("ZLIB", zlib.compress), ("GZIP", gzip.compress)])
def test_decode_compressed(kind: str, pack: Any) -> None:
    texts = [b"", b"hello", b"x" * 1000]
    tensor = tf.decode_compressed([[pack(text) for text in texts]], compression_type=kind)
    assert tensor.shape.as_list() == [1, 3]
    assert run(tensor).tolist() == [texts]


def test_what_is_not_compressed() -> None:
    with pytest.raises(errors.DataLossError, match="no intact GZIP file"):
        run(tf.decode_compressed([b"zz"], compression_type="GZIP"))
    with pytest.raises(errors.InvalidArgumentError, match="Unsupported compression_type: 'LZ4'"):
        run(tf.decode_compressed([b"zz"], compression_type="LZ4"))
