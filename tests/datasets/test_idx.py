from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from convflow.core import errors
from convflow.datasets import idx

_CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def encode(array: np.ndarray, code: int) -> bytes:
    big_endian = array.astype(array.dtype.newbyteorder(">"))
    return struct.pack(f">I{array.ndim}I", code << 8 | array.ndim, *array.shape) + big_endian.tobytes()


@pytest.mark.parametrize("kind", _CODES)
def test_every_type_is_read(kind: str) -> None:
    array = np.array([[1, 2, 3], [4, 5, 6]], dtype=kind)
    read = idx.parse(encode(array, _CODES[kind]), "some-file")
    np.testing.assert_array_equal(read, array)
    assert read.dtype == np.dtype(kind)


@given(arrays.arrays(np.uint8, arrays.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=4)))
def test_reading_gives_what_was_written(array: np.ndarray) -> None:
    np.testing.assert_array_equal(idx.parse(encode(array, 0x08), "f"), array)


@given(st.binary(max_size=40))
def test_arbitrary_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        idx.parse(data, "noise")
    except errors.DataLossError as error:
        assert "noise" in error.message


def test_a_cut_file_names_both_lengths() -> None:
    data = encode(np.zeros((5, 28, 28), np.uint8), 0x08)
    with pytest.raises(errors.DataLossError, match=r"images has 3900 bytes, expected 3936 .*\(5, 28, 28\)"):
        idx.parse(data[:3900], "images", idx.IMAGES_MAGIC)


def test_trailing_bytes_are_refused() -> None:
    data = encode(np.zeros(5, np.uint8), 0x08)
    with pytest.raises(errors.DataLossError, match="has 14 bytes, expected 13"):
        idx.parse(data + b"x", "labels")


def test_a_wrong_magic_number_names_both() -> None:
    data = encode(np.zeros(5, np.uint8), 0x08)
    with pytest.raises(errors.DataLossError, match="labels has the magic number 2049, expected 2051"):
        idx.parse(data, "labels", idx.IMAGES_MAGIC)


@pytest.mark.parametrize(("data", "text"), [(b"", "has 0 bytes"), (b"\0\0\x08\x03\0\0", "a header of 16")])
def test_a_file_without_a_whole_header(data: bytes, text: str) -> None:
    with pytest.raises(errors.DataLossError, match=text):
        idx.parse(data, "stub")


def test_another_type_code_is_refused() -> None:
    with pytest.raises(errors.DataLossError, match="expected that of an IDX file"):
        idx.parse(b"PNG\r____", "picture")
