import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convflow.core import errors
from convflow.formats import crc, tfrecord

RECORDS = st.lists(st.binary(max_size=40), max_size=5)


def written(records):
    file = io.BytesIO()
    writer = tfrecord.RecordWriter(file)
    for record in records:
        writer.write(record)
    return file.getvalue()


def read(data):
    return list(tfrecord.read_records(io.BytesIO(data), "x.tfrecord"))


def read_until_error(data):
    found = []
    try:
        for record in tfrecord.read_records(io.BytesIO(data), "x.tfrecord"):
            found.append(record)
    except errors.DataLossError:
        return found, True
    return found, False


@given(RECORDS)
def test_round_trip(records):
    assert read(written(records)) == records


@given(RECORDS, st.data())
def test_a_cut_file_gives_its_whole_records_and_then_data_loss(records, data):
    whole = written(records)
    cut = data.draw(st.integers(0, len(whole)))
    found, failed = read_until_error(whole[:cut])
    assert found == records[: len(found)]
    assert failed == (written(found) != whole[:cut])


@given(RECORDS.filter(bool), st.data())
def test_a_flipped_bit_is_data_loss(records, data):
    damaged = bytearray(written(records))
    bit = data.draw(st.integers(0, 8 * len(damaged) - 1))
    damaged[bit // 8] ^= 1 << bit % 8
    found, failed = read_until_error(bytes(damaged))
    assert failed
    assert found == records[: len(found)]


@given(st.binary(max_size=64))
def test_arbitrary_bytes_give_records_or_data_loss(data):
    found, failed = read_until_error(data)
    assert written(found) == data if not failed else data.startswith(written(found))


def test_a_cut_record_is_named_by_file_and_offset():
    data = written([b"first", b"second"])
    with pytest.raises(errors.DataLossError) as caught:
        read(data[:-1])
    assert str(caught.value).startswith(
        "truncated record at 21 of x.tfrecord: the record takes 22 bytes, the file has only 21 more."
    )


@pytest.mark.parametrize(("position", "part"), [(0, "length"), (12, "data")])
def test_a_damaged_record_is_named_by_file_offset_and_part(position, part):
    data = bytearray(written([b"first"]))
    data[position] ^= 1
    with pytest.raises(errors.DataLossError) as caught:
        read(bytes(data))
    assert f"corrupted record at 0 of x.tfrecord: the checksum of its {part} is 0x" in str(caught.value)


def test_a_length_beyond_the_file_takes_no_memory():
    length = (2**31).to_bytes(8, "little")
    with pytest.raises(errors.DataLossError, match="truncated record at 0"):
        read(length + crc.masked_crc32c(length).to_bytes(4, "little") + b"abc")


def test_nothing_is_read_before_it_is_asked_for():
    file = io.BytesIO(written([b"a", b"b"]))
    records = tfrecord.read_records(file, "x")
    assert next(records) == b"a"
    assert file.tell() == 17
