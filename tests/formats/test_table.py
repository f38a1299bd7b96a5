import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convflow.core import errors
from convflow.formats import crc, table

ENTRIES = st.dictionaries(
    st.binary(max_size=12) | st.text("ab/", max_size=12).map(str.encode), st.binary(max_size=20), max_size=40
)


def written(entries, block_size=64, restart_interval=3):
    file = io.BytesIO()
    writer = table.TableWriter(file, block_size, restart_interval)
    for key in sorted(entries):
        writer.add(key, entries[key])
    writer.finish()
    return file.getvalue()


def read(data):
    return dict(table.read_table(data, "x.index"))


def outcome(data):
    try:
        return read(data)
    except errors.DataLossError:
        return None


@given(ENTRIES)
def test_round_trip(entries):
    assert list(table.read_table(written(entries), "x")) == sorted(entries.items())


@given(ENTRIES, st.data())
def test_a_flipped_bit_is_data_loss_or_harmless(entries, data):
    damaged = bytearray(written(entries))
    bit = data.draw(st.integers(0, 8 * len(damaged) - 1))
    damaged[bit // 8] ^= 1 << bit % 8
    assert outcome(bytes(damaged)) in (None, entries)


@given(ENTRIES, st.data())
def test_a_cut_table_is_data_loss(entries, data):
    whole = written(entries)
    assert outcome(whole[: data.draw(st.integers(0, len(whole) - 1))]) is None


@given(st.binary(max_size=200))
def test_arbitrary_blocks_give_entries_or_data_loss(contents):
    # Checksums and footer are right here, so that the parser of blocks meets every kind of nonsense.
    block = contents + b"\0"
    data = block + crc.masked_crc32c(block).to_bytes(4, "little")
    handle = b"\0\0" + b"\0" + bytes([len(contents) & 0x7F | 0x80, len(contents) >> 7])
    outcome(data + handle.ljust(40, b"\0") + table.MAGIC.to_bytes(8, "little"))


@pytest.mark.parametrize("name", ["all_types.index", "partitioned.index", "sharded.index"])
def test_tensorflows_tables_are_rewritten_byte_for_byte(golden_folder, name):
    data = (golden_folder / name).read_bytes()
    entries = dict(table.read_table(data, name))
    assert written(entries, table.BLOCK_SIZE, table.RESTART_INTERVAL) == data


@pytest.mark.parametrize("key", [b"a", b"b"])
def test_keys_must_ascend(key):
    writer = table.TableWriter(io.BytesIO())
    writer.add(b"b", b"")
    with pytest.raises(ValueError, match=r"keys of a table must ascend, got b'.' after b'b'. Sort the keys"):
        writer.add(key, b"")


def test_no_table_at_all():
    with pytest.raises(errors.DataLossError) as caught:
        read(b"x" * 60)
    assert "x.index is damaged, cut short or no table: not an sstable (bad magic number)" in str(caught.value)
    with pytest.raises(errors.DataLossError, match="it has 3 bytes, a table has at least 48"):
        read(b"abc")


def test_a_compressed_block_says_what_to_do():
    data = bytearray(written({b"k": b"v"}))
    end = next(i for i in range(len(data)) if data[i : i + 4] == crc.masked_crc32c(data[:i]).to_bytes(4, "little"))
    data[end - 1] = 1
    data[end : end + 4] = crc.masked_crc32c(data[:end]).to_bytes(4, "little")
    with pytest.raises(errors.UnimplementedError) as caught:
        read(bytes(data))
    assert "The block at byte 0 of x.index is compressed with Snappy." in str(caught.value)
    assert "save it again in format V2" in str(caught.value)
