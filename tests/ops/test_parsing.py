"""Examples and lines of text as tensors; `records/` was written by TensorFlow, and what it parses them to is here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import convflow as tf

RECORDED = Path(__file__).parent.parent / "golden" / "files" / "records"
EXAMPLES = list(tf.python_io.tf_record_iterator(str(RECORDED / "examples")))
SEQUENCES = list(tf.python_io.tf_record_iterator(str(RECORDED / "sequences")))


@pytest.fixture(autouse=True)
def _graph() -> Any:
    with tf.Graph().as_default():
        yield


def run(fetches: Any) -> Any:
    with tf.Session() as session:
        return session.run(fetches)


def example(**features: Any) -> bytes:
    made = {key: tf.train.Feature() for key in features}
    for key, value in features.items():
        kind = {bytes: "bytes_list", float: "float_list", int: "int64_list"}.get(type(value[0])) if value else None
        if kind is not None:
            getattr(made[key], kind).value.extend(value)
    return tf.train.Example(features=tf.train.Features(feature=made)).SerializeToString()


def test_a_batch() -> None:
    features = {
        "label": tf.FixedLenFeature([], tf.int64),
        "rates": tf.FixedLenFeature([1, 2], tf.float32),
        "many": tf.FixedLenSequenceFeature([4], tf.int64, allow_missing=True, default_value=-1),
        "text": tf.VarLenFeature(tf.string),
        "none": tf.FixedLenFeature([2], tf.string, default_value=["a", "b"]),
    }
    parsed = tf.parse_example(EXAMPLES, features)
    shapes = {key: parsed[key].shape.as_list() for key in ("label", "rates", "many", "none")}
    assert shapes == {"label": [3], "rates": [3, 1, 2], "many": [3, None, 4], "none": [3, 2]}
    found = run(parsed)
    assert found["label"].tolist() == [-300, -299, -298]
    assert found["rates"].tolist() == [[[0.5, 0.0]], [[0.5, 1.5]], [[0.5, 3.0]]]
    powers = [7**k for k in range(16)]
    expected = np.full((3, 16), -1, np.int64)
    expected[1, :8], expected[2] = powers[:8], powers
    np.testing.assert_array_equal(found["many"], expected.reshape(3, 4, 4))
    assert found["none"].tolist() == [[b"a", b"b"]] * 3
    assert found["text"].indices.tolist() == [[row, place] for row in range(3) for place in range(2)]
    assert found["text"].values.tolist() == [b"", b"\xff", b"t", b"\xff", b"tt", b"\xff"]
    assert found["text"].dense_shape.tolist() == [3, 2]


def test_one_example() -> None:
    features = {
        "label": tf.FixedLenFeature([], tf.int64),
        "many": tf.VarLenFeature(tf.int64),
        "rates": tf.FixedLenSequenceFeature([], tf.float32, allow_missing=True),
        "absent": tf.FixedLenSequenceFeature([2], tf.float32, allow_missing=True),
    }
    parsed = tf.parse_single_example(EXAMPLES[1], features)
    assert (parsed["label"].shape.as_list(), parsed["rates"].shape.as_list()) == ([], [None])
    found = run(parsed)
    assert found["label"] == -299
    assert found["many"].indices.tolist() == [[place] for place in range(8)]
    assert found["many"].values.tolist() == [7**k for k in range(8)]
    assert found["many"].dense_shape.tolist() == [8]
    assert found["rates"].tolist() == [0.5, 1.5]
    assert found["absent"].shape == (0, 2)


def test_places_and_values_as_one() -> None:
    features = {"sparse": tf.SparseFeature("at", "of", tf.float32, 10), "at": tf.VarLenFeature(tf.int64)}
    data = [example(at=[7, 2], of=[0.5, 1.5]), example(at=[3], of=[2.5]), example()]
    found = run(tf.parse_example(data, features))
    assert found["sparse"].indices.tolist() == [[0, 2], [0, 7], [1, 3]]
    assert found["sparse"].values.tolist() == [1.5, 0.5, 2.5]
    assert found["sparse"].dense_shape.tolist() == [3, 10]


def test_an_empty_batch() -> None:
    nothing = tf.placeholder_with_default(np.empty(0, object), [None])
    found = run(tf.parse_example(nothing, {"a": tf.VarLenFeature(tf.float32), "b": tf.FixedLenFeature([2], tf.int64)}))
    assert (found["a"].dense_shape.tolist(), found["b"].shape) == ([0, 0], (0, 2))


def test_features_without_a_kind_are_missing() -> None:
    found = run(tf.parse_example([example(e=[])], {"e": tf.FixedLenFeature([], tf.float32, 5.0)}))
    assert found["e"].tolist() == [5.0]


FEATURE = tf.FixedLenFeature
SEQUENCE = tf.FixedLenSequenceFeature


@pytest.mark.parametrize(
    ("features", "text"),
    [
        ({"a": FEATURE([2], tf.float32)}, "Name: nm, Key: a, Index: 0. Number of float values != expected"),
        ({"b": FEATURE([], tf.float32)}, "Name: nm, Key: b, Index: 0. Data types don't match. Expected type: float, A"),
        ({"b": tf.VarLenFeature(tf.string)}, "Data types don't match. Expected type: string, Actual type: int64"),
        ({"c": FEATURE([], tf.string)}, r"nm, Feature: c \(data type: string\) is required but could not be found"),
        ({"a": SEQUENCE([2], tf.float32, True)}, r"not a multiple of stride length. Saw 3 .* shape is: \[\?,2\]"),
    ],
)  # fmt: skip
def test_examples_of_another_form(features: Any, text: str) -> None:
    parsed = tf.parse_example([example(a=[1.0, 2.0, 3.0], b=[5])], features, example_names=["nm"])
    with pytest.raises(tf.errors.InvalidArgumentError, match=text):
        run(parsed)


@pytest.mark.parametrize("data", [b"\xff", EXAMPLES[2][:-5], b"\x1f\x8b\x08"])
def test_no_example(data: bytes) -> None:
    array = np.array([data], object)
    parsed = tf.parse_example(tf.placeholder_with_default(array, [1]), {"b": tf.VarLenFeature(tf.int64)})
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"Could not parse example input, value: b.*Index: 0"):
        run(parsed)


@pytest.mark.parametrize(
    ("features", "kind", "text"),
    [
        ({}, ValueError, "Argument `features` cannot be None or falsy"),
        ({"a": 3}, ValueError, "Unsupported int 3 for key 'a'"),
        ({"a": FEATURE([None], tf.float32)}, ValueError, "First dimension of shape for feature a unknown"),
        ({"a": FEATURE([2, None], tf.float32)}, ValueError, "All dimensions of shape for feature a need to be known"),
        ({"a": FEATURE(None, tf.float32)}, ValueError, "Missing shape for feature a"),
        ({"a": tf.VarLenFeature(None)}, ValueError, "Missing type for feature a"),
        ({"a": FEATURE([], tf.int32)}, TypeError, "Feature a has the type int32, not in list of allowed values"),
        ({"a": SEQUENCE([], tf.float32)}, ValueError, "FixedLenSequenceFeature requires allow_missing to be True"),
        ({"a": FEATURE([2], tf.float32, 1.0)}, ValueError, "Cannot reshape a tensor with 1 elements"),
        ({"a": tf.SparseFeature("", "v", tf.float32, 3)}, ValueError, "Missing index_key for SparseFeature"),
        ({"a": tf.SparseFeature("i", "", tf.float32, 3)}, ValueError, "Missing value_key for SparseFeature"),
        ({"a": tf.SparseFeature("i", "v", tf.float32, 3), "v": tf.VarLenFeature(tf.int64)}, ValueError, "Conflicting"),
    ],
)  # fmt: skip
def test_features_that_cannot_be(features: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        tf.parse_example([b""], features)


def test_one_example_is_a_scalar() -> None:
    with pytest.raises(ValueError, match=r"Input serialized must be a scalar, got the shape \(1,\)"):
        tf.parse_single_example([b""], {"a": tf.VarLenFeature(tf.int64)})


CONTEXT = {"length": tf.FixedLenFeature([], tf.int64)}
STEPS = {
    "pairs": tf.FixedLenSequenceFeature([2], tf.int64),
    "words": tf.FixedLenSequenceFeature([], tf.string),
    "some": tf.VarLenFeature(tf.float32),
    "missing": tf.FixedLenSequenceFeature([], tf.float32, allow_missing=True),
}


def test_one_sequence() -> None:
    parsed = tf.parse_single_sequence_example(SEQUENCES[0], CONTEXT, STEPS)
    assert parsed[1]["pairs"].shape.as_list() == [None, 2]
    context, steps = run(parsed)
    assert context == {"length": 3}
    assert steps["pairs"].tolist() == [[0, 0], [1, -1], [2, -2]]
    assert steps["words"].tolist() == [b"", b"w", b"ww"]
    assert steps["some"].indices.tolist() == [[1, 0], [2, 0], [2, 1]]
    assert steps["some"].values.tolist() == [0.0, 0.0, 1.0]
    assert steps["some"].dense_shape.tolist() == [3, 2]
    assert steps["missing"].shape == (0,)


def test_a_batch_of_sequences() -> None:
    context, steps, lengths = run(tf.io.parse_sequence_example(SEQUENCES, CONTEXT, STEPS))
    assert context["length"].tolist() == [3, 0, 1]
    zeros = [[0, 0]] * 3
    assert steps["pairs"].tolist() == [[[0, 0], [1, -1], [2, -2]], zeros, zeros]
    assert steps["words"].tolist() == [[b"", b"w", b"ww"], [b"", b"", b""], [b"", b"", b""]]
    assert steps["some"].indices.tolist() == [[0, 1, 0], [0, 2, 0], [0, 2, 1]]
    assert steps["some"].dense_shape.tolist() == [3, 3, 2]
    assert {key: value.tolist() for key, value in lengths.items()} == {
        "pairs": [3, 0, 1], "words": [3, 0, 1], "missing": [0, 0, 0],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("steps", "text"),
    [
        ({"zz": SEQUENCE([], tf.int64)}, "Feature list 'zz' is required but could not be found"),
        ({"pairs": SEQUENCE([3], tf.int64)}, "Key: pairs, Index: 0, step 0. Number of values != expected"),
        ({"pairs": SEQUENCE([2], tf.float32)}, "Data types don't match. Expected type: float, Actual type: int64"),
    ],
)
def test_sequences_of_another_form(steps: Any, text: str) -> None:
    parsed = tf.parse_single_sequence_example(SEQUENCES[0], None, steps)
    with pytest.raises(tf.errors.InvalidArgumentError, match=text):
        run(parsed)


def test_sequences_without_features() -> None:
    with pytest.raises(ValueError, match="at least one should have values"):
        tf.parse_single_sequence_example(SEQUENCES[0])
    with pytest.raises(ValueError, match=r"Unsupported FixedLenFeature .* for key 'a'"):
        tf.parse_single_sequence_example(SEQUENCES[0], None, {"a": FEATURE([], tf.int64)})


def test_lines_of_text() -> None:
    columns = run(tf.decode_csv(["1,2.5,x", '3,,"a,b"', '-4,1e3,"say ""so"""'], [[0], [9.0], [""]]))
    assert [column.tolist() for column in columns] == [[1, 3, -4], [2.5, 9.0, 1000.0], [b"x", b"a,b", b'say "so"']]
    first, second = run(tf.decode_csv("1;NA;x", [[0], [7]], field_delim=";", na_value="NA", select_cols=[0, 1]))
    assert (first, second) == (1, 7)
    (raw,) = run(tf.decode_csv(['"a'], [[""]], use_quote_delim=False))
    assert raw.tolist() == [b'"a']


@pytest.mark.parametrize(
    ("line", "defaults", "text"),
    [
        ("1,2", [[0]], "Expect 1 fields but have 2 in record 0"),
        (",2", [tf.int64, [0]], "Field 0 is required but missing in record 0!"),
        ("1x,2", [[0], [0]], "Field 0 in record 0 is not a valid int32: 1x"),
        ("1,3000000000", [[0], [0]], "Field 1 in record 0 is not a valid int32: 3000000000"),
        ("1,1_0", [[0], [0.0]], "Field 1 in record 0 is not a valid float32: 1_0"),
        ('"1,2', [[0], [0]], "Record 0 is no line of fields"),
    ],
)
def test_lines_of_another_form(line: str, defaults: list[Any], text: str) -> None:
    made = [tf.constant([], item) if isinstance(item, tf.DType) else item for item in defaults]
    columns = tf.decode_csv([line], made)
    with pytest.raises(tf.errors.InvalidArgumentError, match=text):
        run(columns)


@pytest.mark.parametrize(
    ("columns", "text"),
    [([1, 0], "not strictly increasing"), ([-1, 0], "negative values"), ([0], "do not match")],
)
def test_columns_that_cannot_be_chosen(columns: list[int], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        tf.decode_csv(["1,2"], [[0], [0]], select_cols=columns)


def test_nodes_of_older_graphs() -> None:
    raw = tf.Graph()
    with raw.as_default():
        keys = np.array([b"label"], object)
        single = raw.create_op(
            "ParseSingleExample",
            [tf.constant(EXAMPLES[0]), tf.constant([], tf.int64)],
            attrs={"num_sparse": 1, "sparse_keys": [b"text"], "dense_keys": [b"label"], "sparse_types": [tf.string],
                   "Tdense": [tf.int64], "dense_shapes": [tf.TensorShape([])]},
        )  # fmt: skip
        whole = raw.create_op(
            "ParseExample",
            [tf.constant(EXAMPLES), tf.constant([], tf.string), tf.constant(keys[0]), tf.constant([], tf.int64)],
            attrs={"Nsparse": 0, "Ndense": 1, "sparse_types": [], "Tdense": [tf.int64],
                   "dense_shapes": [tf.TensorShape([])]},
        )  # fmt: skip
    with tf.Session(graph=raw) as session:
        assert session.run(single.outputs[3]) == -300
        assert session.run(single.outputs[1]).tolist() == [b"", b"\xff"]
        assert session.run(whole.outputs[0]).tolist() == [-300, -299, -298]
