"""Indexes whose checksums are right but whose contents make no sense, or are of another version."""

import io

import numpy as np
import pytest

from convflow.core import dtypes, errors
from convflow.formats import bundle, messages, table

HEADER = messages.BundleHeaderProto(num_shards=1)


def write_index(folder, entries):
    file = io.BytesIO()
    writer = table.TableWriter(file)
    for key in sorted(entries):
        value = entries[key]
        writer.add(key, value if isinstance(value, bytes) else value.SerializeToString())
    writer.finish()
    (folder / "m.index").write_bytes(file.getvalue())
    (folder / "m.data-00000-of-00001").write_bytes(bytes(16))


def entry(dtype=dtypes.float32, sizes=(4,), **fields):
    made = messages.BundleEntryProto(dtype=int(dtype), size=16, **fields)
    for size in sizes:
        made.shape.dim.add(size=size)
    return made


@pytest.mark.parametrize(
    ("entries", "error", "text"),
    [
        ({b"w": entry()}, errors.DataLossError, "the index has no header"),
        ({b"": b"\xff"}, errors.DataLossError, "the header of the index is no BundleHeaderProto"),
        ({b"": HEADER, b"w": b"\xff"}, errors.DataLossError, "the entry of b'w' is no BundleEntryProto"),
        ({b"": messages.BundleHeaderProto()}, errors.DataLossError, "the header counts 0 shards"),
        (
            {b"": messages.BundleHeaderProto(num_shards=1, endianness="BIG")},
            errors.UnimplementedError,
            "was written on a big-endian machine. Expected a little-endian",
        ),
        (
            {b"": messages.BundleHeaderProto(num_shards=1, version={"min_consumer": 9})},
            errors.UnimplementedError,
            "asks for a reader of format version 9, this one reads 1",
        ),
        (
            {b"": HEADER, b"w": entry(sizes=(5,))},
            errors.DataLossError,
            "takes 20 bytes, but its entry says 16",
        ),
        ({b"": HEADER, b"w": entry(sizes=(-4,))}, errors.DataLossError, "the shape of tensor w is"),
        ({b"": HEADER, b"w": entry(sizes=(2**62, 2**62))}, errors.DataLossError, "float32 of shape"),
        ({b"": HEADER, b"w": entry(shard_id=3)}, errors.DataLossError, "lies in shard 3 of 1"),
        ({b"": HEADER, b"w": entry(offset=-4)}, errors.DataLossError, "at byte -4"),
        ({b"": HEADER, b"w": entry(offset=4)}, errors.DataLossError, "ends at byte 20, the file has 16"),
        ({b"": HEADER, b"w": entry()}, errors.DataLossError, "the index says 0x00000000"),
        ({b"": HEADER, b"w": entry(dtypes.string)}, errors.DataLossError, "checksum of the string lengths"),
        (
            {b"": HEADER, b"w": entry(dtypes.string, (99,))},
            errors.DataLossError,
            "99 strings do not fit into 16",
        ),
        ({b"": HEADER, b"w": entry(dtypes.resource)}, errors.UnimplementedError, r"not read \(DataType 20\)"),
        ({b"": HEADER, b"w": entry(24)}, errors.UnimplementedError, r"not read \(DataType 24\)"),
        (
            {b"": HEADER, b"w": entry(slices=[{"extent": [{"start": 1, "length": 1}]}])},
            errors.DataLossError,
            "slice 1,1 of tensor w has no entry",
        ),
    ],
)
def test_what_is_said(tmp_path, entries, error, text):
    write_index(tmp_path, entries)
    with pytest.raises(error, match=text):
        bundle.BundleReader(tmp_path / "m").read("w")


def test_names_that_are_no_utf8_can_be_read(tmp_path):
    with bundle.BundleWriter(tmp_path / "m") as writer:
        writer.add("x", np.ones(1))
    path = tmp_path / "m.index"
    entries = dict(table.read_table(path.read_bytes(), "m"))
    data = (tmp_path / "m.data-00000-of-00001").read_bytes()
    write_index(tmp_path, {b"": entries[b""], b"\xff": entries[b"x"]})
    (tmp_path / "m.data-00000-of-00001").write_bytes(data)
    reader = bundle.BundleReader(tmp_path / "m")
    assert reader.read(reader.names()[0]).tolist() == [1.0]
