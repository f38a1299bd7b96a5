"""Datasets of files: `records/` was written by TensorFlow (golden/record_files.py)."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

import convflow as tf

RECORDED = Path(__file__).parent.parent / "golden" / "files" / "records"


@pytest.fixture(autouse=True)
def _graph() -> Any:
    with tf.Graph().as_default():
        yield


def items(dataset: Any) -> list[Any]:
    element = dataset.make_one_shot_iterator().get_next()
    found = []
    with tf.Session() as session:
        while True:
            try:
                found.append(session.run(element))
            except tf.errors.OutOfRangeError:
                return found
            except tf.errors.OpError as error:
                found.append(type(error))
                if found[-2:] == [type(error)] * 2:
                    return found


@pytest.mark.parametrize(("kind", "name"), [("", "examples"), ("GZIP", "examples.gzip"), ("ZLIB", "examples.zlib")])
def test_records(kind: str, name: str) -> None:
    records = list(tf.python_io.tf_record_iterator(str(RECORDED / "examples")))
    assert items(tf.data.TFRecordDataset(str(RECORDED / name), kind)) == records
    assert items(tf.data.TFRecordDataset([str(RECORDED / name)] * 2, kind, buffer_size=10)) == records * 2


def test_graphs_are_tensorflows() -> None:
    tf.data.TFRecordDataset(["a", "b"])
    tf.data.TextLineDataset("a", num_parallel_reads=2)
    nodes = [(op.type, op.name) for op in tf.get_default_graph().get_operations()]
    assert nodes == [
        ("Const", "Const"),
        ("Const", "flat_filenames/shape"),
        ("Reshape", "flat_filenames"),
        ("TensorSliceDataset", "TensorSliceDataset"),
        ("FlatMapDataset", "FlatMapDataset"),
        ("Const", "Const_1"),
        ("Const", "flat_filenames_1/shape"),
        ("Reshape", "flat_filenames_1"),
        ("TensorSliceDataset", "TensorSliceDataset_1"),
        ("Const", "cycle_length"),
        ("Const", "block_length"),
        ("Const", "buffer_output_elements"),
        ("Const", "prefetch_input_elements"),
        ("LegacyParallelInterleaveDatasetV2", "LegacyParallelInterleaveDatasetV2"),
    ]


def test_files_in_turn(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).write_text("".join(f"{name}{index}\n" for index in range(3)))
    names = [str(tmp_path / name) for name in "ab"]
    assert items(tf.data.TextLineDataset(names, num_parallel_reads=2)) == [b"a0", b"b0", b"a1", b"b1", b"a2", b"b2"]


def test_names_from_a_dataset_and_a_placeholder(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1\n2")
    names = tf.data.Dataset.from_tensors(str(tmp_path / "a")).repeat(2)
    assert items(tf.data.TextLineDataset(names)) == [b"1", b"2"] * 2
    fed = tf.placeholder(tf.string, [None])
    iterator = tf.data.TextLineDataset(fed).make_initializable_iterator()
    element = iterator.get_next()
    with tf.Session() as session:
        session.run(iterator.initializer, {fed: [str(tmp_path / "a")]})
        assert session.run(element) == b"1"


def test_ends_of_lines_are_tensorflows(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a\rb\r\nc\n\nd")
    (tmp_path / "empty").write_bytes(b"")
    assert items(tf.data.TextLineDataset([str(tmp_path / "a"), str(tmp_path / "empty")])) == [b"ab", b"c", b"", b"d"]
    (tmp_path / "z").write_bytes(gzip.compress(b"x\ny\n"))
    assert items(tf.data.TextLineDataset(str(tmp_path / "z"), "GZIP")) == [b"x", b"y"]


@pytest.mark.parametrize("kind", ["", "GZIP"])
def test_pieces_of_one_length(kind: str, tmp_path: Path) -> None:
    for name, data in (("a", b"HabcdefFF"), ("bad", b"HabcdFF")):
        (tmp_path / name).write_bytes(gzip.compress(data) if kind else data)
    names = [str(tmp_path / "a"), str(tmp_path / "bad"), str(tmp_path / "a")]
    found = items(tf.data.FixedLengthRecordDataset(names, 3, 1, 2, compression_type=kind))
    good = [item for item in found if isinstance(item, bytes)]
    assert good[:2] == good[-2:] == [b"abc", b"def"]
    assert tf.errors.InvalidArgumentError in found


def test_reading_goes_on_after_damage(tmp_path: Path) -> None:
    whole = (RECORDED / "examples").read_bytes()
    (tmp_path / "cut").write_bytes(whole[:-3])
    flipped = bytearray(whole)
    flipped[14] ^= 1
    (tmp_path / "flipped").write_bytes(flipped)
    names = [str(tmp_path / "cut"), str(tmp_path / "flipped"), str(tmp_path / "none"), str(RECORDED / "examples")]
    records = list(tf.python_io.tf_record_iterator(names[-1]))
    found = items(tf.data.TFRecordDataset(names[:1] + names[-1:]))
    assert found == [*records[:2], tf.errors.DataLossError, *records]
    found = items(tf.data.TFRecordDataset([names[1], names[-1], names[2], names[-1]]))
    assert found == [tf.errors.DataLossError, *records, tf.errors.NotFoundError, *records]


def test_damage_is_told_with_file_and_place(tmp_path: Path) -> None:
    (tmp_path / "cut").write_bytes((RECORDED / "examples").read_bytes()[:30])
    element = tf.data.TFRecordDataset(str(tmp_path / "cut")).make_one_shot_iterator().get_next()
    with tf.Session() as session, pytest.raises(tf.errors.DataLossError, match=r"truncated record at 0 of .*cut"):
        session.run(element)


@pytest.mark.parametrize("names", [3, [1.0]])
def test_names_that_are_no_strings(names: Any) -> None:
    with pytest.raises(TypeError, match=r"The `filenames` argument must contain `tf.string` elements"):
        tf.data.TFRecordDataset(names)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: tf.data.TFRecordDataset("a", "LZMA"), "Unsupported compression_type: 'LZMA'"),
        (lambda: tf.data.FixedLengthRecordDataset("a", 0), "`record_bytes` must be >= 1, got 0"),
        (lambda: tf.data.FixedLengthRecordDataset("a", 1, header_bytes=-1), "`header_bytes` must be >= 0, got -1"),
    ],
)
def test_settings_that_cannot_be(make: Any, text: str) -> None:
    element = make().make_one_shot_iterator().get_next()
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match=text):
        session.run(element)


def test_parsed_in_batches() -> None:
    features = {"label": tf.FixedLenFeature([], tf.int64), "many": tf.VarLenFeature(tf.int64)}
    dataset = tf.data.TFRecordDataset(str(RECORDED / "examples.gzip"), "GZIP").batch(3)
    dataset = dataset.map(lambda batch: tf.parse_example(batch, features)["label"])
    assert [labels.tolist() for labels in items(dataset)] == [[-300, -299, -298]]
    single = tf.data.TFRecordDataset(str(RECORDED / "examples")).map(
        lambda record: tf.parse_single_example(record, {"rates": tf.FixedLenFeature([2], tf.float32)})
    )
    assert [element["rates"].tolist() for element in items(single)] == [[0.5, 0.0], [0.5, 1.5], [0.5, 3.0]]
