"""CSV files, batches of features, protos and JSON as TensorFlow gives them (golden/record_file_functions.py)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

import convflow as tf

GOLDEN = Path(__file__).parent.parent / "golden"
sys.path.insert(0, str(GOLDEN))

from file_function_cases import run  # noqa: E402

RECORDED = json.loads((GOLDEN / "files" / "functions.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(json.dumps(run(tf, tmp_path_factory.mktemp("files"))))
    return result


@pytest.mark.parametrize("case", RECORDED)
def test_is_what_tensorflow_gives(case: str, found: dict[str, Any]) -> None:
    assert found[case] == RECORDED[case]


@pytest.fixture
def rows(tmp_path: Path) -> str:
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n1,2\n3,x\n5,6\n")
    return str(path)


def test_a_bad_row_is_named_with_its_file(rows: str) -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        data = tf.data.experimental.CsvDataset(rows, [tf.int32, tf.int64], header=True)
        step = tf.data.make_one_shot_iterator(data).get_next()
        session.run(step)
        with pytest.raises(
            tf.errors.InvalidArgumentError, match=r"rows\.csv, record 2: Field 1 is not a valid int64: x"
        ):
            session.run(step)
        assert session.run(step) == (5, 6)


def test_left_out_rows_are_warned_of(rows: str, caplog: pytest.LogCaptureFixture) -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        data = tf.data.experimental.CsvDataset(rows, [tf.int32, tf.int64], header=True)
        data = data.apply(tf.data.experimental.ignore_errors(log_warning=True))
        assert data._variant_tensor.op.type == "IgnoreErrorsDataset"
        step = tf.data.make_one_shot_iterator(data).get_next()
        assert [session.run(step), session.run(step)] == [(1, 2), (5, 6)]
    assert "Field 1 is not a valid int64: x" in caplog.text


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"label_name": "c"}, r"`label_name` provided must be one of the columns: \['a', 'b'\]\. Received: c"),
        ({"select_columns": ["c"]}, "Column c specified in `select_columns` must be of one of the columns"),
        ({"select_columns": [2]}, "Column index 2 specified in `select_columns` should be >= 0 and < 2"),
        ({"select_columns": ["a", 0]}, r"The `select_columns` argument contains duplicate columns: \['a'\]"),
        (
            {"select_columns": [0], "column_defaults": [1, 2]},
            "`column_defaults` has length 2, `select_columns` has length",
        ),
        ({"column_names": ["a", "a"]}, r"duplicate column names: \['a'\]"),
        ({"column_names": ["a"]}, r"CSV row 2 of .*rows\.csv has 2 number of fields\. Expected: 1"),
        ({"header": False}, "Expected `column_names` or `header` arguments"),
        ({"compression_type": "ZLIB"}, "`compression_type` ZLIB is not supported for probing"),
    ],
)
def test_columns_that_cannot_be(options: dict[str, Any], text: str, rows: str) -> None:
    with tf.Graph().as_default(), pytest.raises(ValueError, match=text):
        tf.data.experimental.make_csv_dataset(rows, 2, **options)


def test_no_such_files(tmp_path: Path) -> None:
    with tf.Graph().as_default():
        with pytest.raises(ValueError, match=r"No files match `file_pattern` .*nothing"):
            tf.data.experimental.make_csv_dataset(str(tmp_path / "nothing*"), 2)
        with pytest.raises(ValueError, match=r"Argument `file_pattern` should not be empty"):
            tf.data.experimental.make_csv_dataset([], 2)
        with pytest.raises(TypeError, match=r"A column of a CSV file cannot be bool, expected one of float32"):
            tf.data.experimental.CsvDataset("x", [tf.bool])
        with pytest.raises(ValueError, match=r"`label_key` provided \(y\) must be one of the `features` keys: \['x'\]"):
            tf.data.experimental.make_batched_features_dataset("x", 1, {"x": tf.VarLenFeature(tf.int64)}, label_key="y")
        with pytest.raises(TypeError, match=r"`tf\.ReaderBase` subclasses are not supported"):
            tf.data.experimental.make_batched_features_dataset("x", 1, {}, reader=tf.TFRecordReader)


def test_a_long_field_is_read(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("x" * 300_000 + "\n")
    with tf.Graph().as_default(), tf.Session() as session:
        data = tf.data.experimental.CsvDataset(str(path), [tf.string])
        (value,) = session.run(tf.data.make_one_shot_iterator(data).get_next())
    assert len(value) == 300_000


def test_sparse_elements_keep_their_form() -> None:
    with tf.Graph().as_default():
        sparse = tf.SparseTensor([[0, 1]], [5.0], [1, 3])
        data = tf.data.Dataset.from_tensors(0).map(lambda _: {"s": sparse, "x": 1.0}).repeat(2)
        assert data.output_classes == {"s": tf.SparseTensor, "x": tf.Tensor}
        dense = data.map(lambda element: tf.sparse_tensor_to_dense(element["s"]))
        with tf.Session() as session:
            step = tf.data.make_one_shot_iterator(dense.batch(2)).get_next()
            assert session.run(step).tolist() == [[[0.0, 5.0, 0.0]]] * 2
        assert data.batch(2).output_shapes["s"].as_list() == [None, 1, 3]
        with pytest.raises(TypeError, match=r"only supported for datasets that produce tensor elements.*Use `batch`"):
            data.padded_batch(2)


def test_names_of_tf_contrib_and_tf_io() -> None:
    assert tf.contrib.data.CsvDataset is tf.data.experimental.CsvDataset
    assert tf.contrib.data.make_csv_dataset is tf.data.experimental.make_csv_dataset
    assert tf.contrib.data.make_batched_features_dataset is tf.data.experimental.make_batched_features_dataset
    assert tf.io.decode_json_example is tf.decode_json_example


def test_ragged_features_are_refused() -> None:
    with pytest.raises(NotImplementedError, match=r"tf\.io\.RaggedFeature is not supported.*VarLenFeature"):
        tf.io.RaggedFeature(tf.int64)


def test_protos_come_back() -> None:
    proto = tf.make_tensor_proto([[1.5, 2.5]], tf.float16)
    assert tf.make_ndarray(proto).tolist() == [[1.5, 2.5]]
    assert tf.make_tensor_proto(proto) is proto
    with pytest.raises(TypeError, match=r"Expected Tensor's shape: \(3,\), got \(2,\)\. Pass one value"):
        tf.make_tensor_proto([1, 2], shape=[3], allow_broadcast=True)
