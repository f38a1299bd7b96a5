"""Record files: `records/` was written by TensorFlow (golden/record_files.py)."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from google.protobuf.message import DecodeError
from hypothesis import given, settings
from hypothesis import strategies as st

from convflow.core import errors
from convflow.formats import compression, crc, example, tfrecord
from convflow.formats.record_file import (
    TFRecordCompressionType,
    TFRecordOptions,
    TFRecordWriter,
    tf_record_iterator,
)

RECORDED = Path(__file__).parent.parent / "golden" / "files" / "records"
KINDS = [("", "examples"), ("GZIP", "examples.gzip"), ("ZLIB", "examples.zlib")]


@pytest.mark.parametrize(("kind", "name"), KINDS)
def test_files_are_tensorflows_to_the_byte(kind: str, name: str, tmp_path: Path) -> None:
    records = list(tf_record_iterator(RECORDED / "examples"))
    assert list(tf_record_iterator(RECORDED / name, TFRecordOptions(kind))) == records
    with TFRecordWriter(tmp_path / "written", kind) as writer:
        for record in records:
            writer.write(record)
    assert (tmp_path / "written").read_bytes() == (RECORDED / name).read_bytes()


@pytest.mark.parametrize(
    "options",
    ["GZIP", TFRecordCompressionType.GZIP, TFRecordOptions("GZIP"), TFRecordOptions(TFRecordCompressionType.GZIP)],
)
def test_compression_can_be_said_in_many_ways(options: Any, tmp_path: Path) -> None:
    assert TFRecordOptions.get_compression_type_string(options) == "GZIP"
    with TFRecordWriter(tmp_path / "r", options) as writer:
        writer.write("text")
    assert list(tf_record_iterator(tmp_path / "r", options)) == [b"text"]


def test_no_such_compression(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r'Not a valid compression_type: "LZMA"'):
        TFRecordOptions("LZMA")
    with pytest.raises(errors.InvalidArgumentError, match="Unsupported compression_type: 'LZMA'"):
        compression.reader(io.BytesIO(), "LZMA", "file")


@pytest.mark.parametrize("kind", ["", "GZIP", "ZLIB"])
def test_flushed_records_can_be_read(kind: str, tmp_path: Path) -> None:
    writer = TFRecordWriter(tmp_path / "r", kind)
    writer.write(b"first")
    writer.flush()
    records = tf_record_iterator(tmp_path / "r", kind)
    assert next(records) == b"first"
    writer.close()
    writer.close()
    with pytest.raises(errors.FailedPreconditionError, match="Writer is closed"):
        writer.write(b"second")


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(errors.NotFoundError, match="No such file or directory"):
        list(tf_record_iterator(tmp_path / "none"))
    with pytest.raises(errors.NotFoundError, match="Could not write the record file"):
        TFRecordWriter(tmp_path / "none" / "r")


def test_a_full_disk() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs a device that is always full")
    with (
        pytest.raises(errors.ResourceExhaustedError, match=r"/dev/full; No space left.*Free some space"),
        TFRecordWriter("/dev/full") as writer,
    ):
        writer.write(bytes(1 << 20))


@pytest.mark.parametrize("kind", ["GZIP", "ZLIB"])
def test_compressed_files_cut_short(kind: str, tmp_path: Path) -> None:
    data = (RECORDED / f"examples.{kind.lower()}").read_bytes()
    for size in range(1, len(data) - 8, 7):
        (tmp_path / "cut").write_bytes(data[:size])
        with pytest.raises(errors.DataLossError, match="cut"):
            list(tf_record_iterator(tmp_path / "cut", kind))


def test_another_compression_than_it_says() -> None:
    with pytest.raises(errors.DataLossError, match=r"examples is no intact GZIP file.*another compression"):
        list(tf_record_iterator(RECORDED / "examples", "GZIP"))
    with pytest.raises(errors.DataLossError, match=r"corrupted record at 0 of .*examples.zlib"):
        list(tf_record_iterator(RECORDED / "examples.zlib"))


def test_compressed_files_joined_end_to_end(tmp_path: Path) -> None:
    data = (RECORDED / "examples.gzip").read_bytes()
    (tmp_path / "twice").write_bytes(data * 2)
    assert len(list(tf_record_iterator(tmp_path / "twice", "GZIP"))) == 6


@pytest.mark.parametrize("length", [2**63, 2**64 - 1, 2**31 + 1])
def test_lengths_without_bound_are_refused(length: int, tmp_path: Path) -> None:
    header = struct.pack("<Q", length)
    header += struct.pack("<I", crc.masked_crc32c(header))
    # A bomb: a long run of zeros takes few bytes, and is never read.
    (tmp_path / "bomb").write_bytes(zlib.compress(header + bytes(1 << 24)))
    with pytest.raises(errors.DataLossError, match=rf"corrupted record at 0 of .*bomb: its length is {length} bytes"):
        list(tf_record_iterator(tmp_path / "bomb", "ZLIB"))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damaged_files_are_data_loss_or_whole(data: st.DataObject) -> None:
    kind, name = data.draw(st.sampled_from(KINDS))
    whole = (RECORDED / name).read_bytes()
    records = list(tf_record_iterator(RECORDED / "examples"))
    place = data.draw(st.integers(0, len(whole) * 8 - 1))
    damaged = bytearray(whole[: data.draw(st.integers(0, len(whole)))] if data.draw(st.booleans()) else whole)
    if place // 8 < len(damaged):
        damaged[place // 8] ^= 1 << place % 8
    found = []
    try:
        for record in tfrecord.read_records(compression.reader(io.BytesIO(damaged), kind, "f"), "f"):
            found.append(record)
    except errors.DataLossError as error:
        assert " f" in error.message
    # Whatever was read before is right.
    assert found == records[: len(found)]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=20), st.lists(st.floats(width=32), max_size=5))
def test_numbers_are_read_as_they_were_written(integers: list[int], floats: list[float]) -> None:
    feature = {"i": example.Feature(), "f": example.Feature()}
    feature["i"].int64_list.value.extend(integers)
    feature["f"].float_list.value.extend(floats)
    feature["i"].int64_list.SetInParent()
    feature["f"].float_list.SetInParent()
    data = example.Example(features=example.Features(feature=feature)).SerializeToString()
    raw = example.RawExample.FromString(data).features.feature
    np.testing.assert_array_equal(example.values_of(raw["i"]), np.array(integers, np.int64))
    np.testing.assert_array_equal(example.values_of(raw["f"]), np.array(floats, np.float32))


def test_numbers_written_one_by_one() -> None:
    # Field 1 as single numbers, as old writers do: a varint, a 32-bit number; then packed ones beside them.
    integers = b"\x08\x05\x08\xac\x02"
    raw = example._RAW["Feature"].FromString(b"\x1a" + bytes([len(integers)]) + integers)
    assert example.values_of(raw).tolist() == [5, 300]
    mixed = integers + b"\x0a\x01\x07"
    raw = example._RAW["Feature"].FromString(b"\x1a" + bytes([len(mixed)]) + mixed)
    with pytest.raises(ValueError, match="both packed and one by one"):
        example.values_of(raw)
    floats = b"\x0d" + struct.pack("<f", 1.5)
    raw = example._RAW["Feature"].FromString(b"\x12" + bytes([len(floats)]) + floats)
    assert example.values_of(raw).tolist() == [1.5]


@pytest.mark.parametrize("packed", [b"\x80", b"\xff" * 11 + b"\x01"])
def test_integers_that_are_none(packed: bytes) -> None:
    with pytest.raises(ValueError, match="integer"):
        example.decode_varints(packed)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_an_example_or_none(data: bytes) -> None:
    with contextlib.suppress(DecodeError, ValueError):
        features = example.RawExample.FromString(data).features.feature
        for feature in features.values():
            if example.kind_of(feature) is not None:
                example.values_of(feature)


def test_examples_nested_without_end() -> None:
    data = b""
    for _ in range(5000):
        data = b"\x0a" + _varint(len(data)) + data
    with pytest.raises(DecodeError):
        example.Example.FromString(data)


def _varint(value: int) -> bytes:
    result = b""
    while value >= 0x80:
        result += bytes([value & 0x7F | 0x80])
        value >>= 7
    return result + bytes([value])
