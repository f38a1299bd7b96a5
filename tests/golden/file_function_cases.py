"""What functions of files give, in TensorFlow's public API: run under TensorFlow when recorded, here when tested."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np

ROWS = (
    b'name,count,share,big,note\nada,1,0.5,3000000000,"a, b"\nbob,,1.5,1,"say ""hi"""\n'
    b'"eve\ntwo",3,NA,2,\ndan,4,2,5,last'
)
BAD = b"1,2\n3\n4,x\n5,6\n"
LINES = [
    b",7\n",
    b"8,\n",
    b"9,10,11\n",
    b"\n",
    b"1_0,2\n",
    b"99999999999,2\n",
    b" 3,4\n",
    b"3 ,4\r\n",
    b"1,2",
    b"1.5,2\n",
]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in sorted(value.items())}
    if isinstance(value, tuple):
        if hasattr(value, "_fields"):
            return {"sparse": [_plain(item) for item in value]}
        return [_plain(item) for item in value]
    if isinstance(value, bytes):
        return value.decode("latin-1")
    array = np.asarray(value)
    items = [item.decode("latin-1") if isinstance(item, bytes) else item for item in array.reshape(-1).tolist()]
    kind = "string" if array.dtype == object or array.dtype.kind == "S" else array.dtype.name
    return [kind, list(array.shape), [repr(item) for item in items]]


def _elements(tf: Any, data: Any, most: int = 12) -> list[Any]:
    """Elements, and the kinds of the errors between them."""
    step = tf.data.make_one_shot_iterator(data).get_next()
    result = []
    with tf.Session() as session:
        for _ in range(most):
            try:
                result.append(_plain(session.run(step)))
            except tf.errors.OutOfRangeError:
                return [*result, "end"]
            except tf.errors.OpError as error:
                result.append(type(error).__name__)
    return result


def _written(folder: pathlib.Path, text: bytes) -> pathlib.Path:
    path = folder / "text.csv"
    path.write_bytes(text)
    return path


def _csv(tf: Any, folder: pathlib.Path) -> dict[str, Callable[[], Any]]:
    path = folder / "rows.csv"
    path.write_bytes(ROWS)
    bad = folder / "bad.csv"
    bad.write_bytes(BAD)
    csv = tf.data.experimental.CsvDataset
    whole = [tf.string, tf.constant([7], tf.int32), tf.constant([0.0]), tf.int64, tf.constant([""])]
    return {
        "header": lambda: _elements(tf, csv(str(path), whole, header=True, na_value="NA")),
        "select": lambda: _elements(tf, csv([str(path)], [tf.float64], header=True, select_cols=[3])),
        "missing": lambda: _elements(tf, csv(str(path), [tf.string, tf.int32], header=True, select_cols=[0, 1])),
        "bad rows": lambda: _elements(tf, csv(str(bad), [tf.int32, tf.int32])),
        "ignored": lambda: _elements(
            tf, csv(str(bad), [tf.int32, tf.int32]).apply(tf.data.experimental.ignore_errors())
        ),
        "quotes": lambda: [
            _elements(tf, csv(str(_written(folder, text)), [tf.string, tf.string]), 1)
            for text in (b'"a"b,1\n', b'c"d,1\n', b'"a,1\n', b'"",""""\n', b'"a","b"\r\n', b'"a" ,1\n')
        ],
        "lines": lambda: [
            _elements(tf, csv(str(_written(folder, text)), [tf.int32, tf.constant([5.0])]), 1) for text in LINES
        ],
        "no quotes": lambda: _elements(tf, csv(str(bad), [tf.string], use_quote_delim=False, field_delim=";")),
        "made": lambda: _elements(
            tf, tf.data.experimental.make_csv_dataset(str(path), 3, na_value="NA", shuffle=False, num_epochs=1)
        ),
        "label": lambda: _elements(
            tf,
            tf.data.experimental.make_csv_dataset(
                [str(path)], 2, label_name="count", select_columns=["share", 1], shuffle=False, na_value="NA"
            ),
            3,
        ),
        "seeded": lambda: _elements(
            tf, tf.data.experimental.make_csv_dataset(str(path), 2, shuffle_seed=5, num_epochs=2, na_value="NA")
        ),
    }


def _features(tf: Any, folder: pathlib.Path) -> dict[str, Callable[[], Any]]:
    for part in range(2):
        with tf.python_io.TFRecordWriter(str(folder / f"part-{part}.records")) as writer:
            for number in range(3):
                example = tf.train.Example()
                example.features.feature["x"].float_list.value.extend([part, number])
                example.features.feature["y"].int64_list.value.append(10 * part + number)
                example.features.feature["z"].bytes_list.value.extend([b"z"] * number)
                writer.write(example.SerializeToString())
    wanted = {
        "x": tf.FixedLenFeature([2], tf.float32),
        "y": tf.FixedLenFeature([], tf.int64),
        "z": tf.VarLenFeature(tf.string),
    }
    make = tf.data.experimental.make_batched_features_dataset
    pattern = str(folder / "part-*.records")
    return {
        "batches": lambda: _elements(tf, make(pattern, 4, wanted, shuffle=False, num_epochs=1)),
        "labels": lambda: _elements(tf, make(pattern, 4, wanted, label_key="y", shuffle=False), 2),
        "dropped": lambda: _elements(
            tf, make(pattern, 4, wanted, shuffle=False, num_epochs=1, drop_final_batch=True, reader_num_threads=2)
        ),
    }


def _protos(tf: Any) -> dict[str, Callable[[], Any]]:
    def proto(*args: Any, **options: Any) -> Callable[[], Any]:
        return lambda: tf.make_tensor_proto(*args, **options).SerializeToString().hex()

    return {
        "float": proto(1.5),
        "ints": proto([1, 2, 3]),
        "int64": proto([[1, 2], [3, 4]], tf.int64),
        "strings": proto(["a", b"b"], shape=[2, 1]),
        "filled": proto(1, shape=[2, 3]),
        "last stands for the rest": proto([1, 2], shape=[2, 2]),
        "as many": proto([1, 2], shape=[1, 2], allow_broadcast=True),
        "not as many": proto([1, 2], shape=[3], allow_broadcast=True),
        "verified": proto([1, 2], shape=[1, 2], verify_shape=True),
        "too many": proto([1, 2, 3], shape=[2]),
        "bool": proto(True),
        "empty": proto(np.zeros(0, np.float32)),
        "no int": proto([1.5], tf.int32),
        "complex": proto(1 + 2j),
        "half": proto([1, 2], tf.float16),
        "bytes": proto(np.zeros(2, np.uint8)),
    }


def _json(tf: Any) -> dict[str, Callable[[], Any]]:
    def decoded(text: Any) -> Callable[[], Any]:
        def run() -> Any:
            with tf.Session() as session:
                found = np.asarray(session.run(tf.decode_json_example(text)), object)
            # Lists of numbers may be written packed or one by one.
            return [list(found.shape), [str(tf.train.Example.FromString(data)) for data in found.reshape(-1)]]

        return run

    ints = '{"features":{"feature":{"a":{"int64List":{"value":[1,"2"]}}}}}'
    text = '{"features":{"feature":{"b":{"bytes_list":{"value":["YWI="]}}}}}'
    return {
        "kinds": decoded([ints, text]),
        "nan": decoded('{"features":{"feature":{"a":{"floatList":{"value":["NaN",1]}}}}}'),
        "nothing": decoded([["{}"]]),
        "unknown field": decoded('{"x":1}'),
        "no json": decoded("nope"),
    }


def run(tf: Any, folder: pathlib.Path) -> dict[str, Any]:
    """Each case's result, or the class of its error."""
    groups: dict[str, Callable[[], dict[str, Callable[[], Any]]]] = {
        "csv": lambda: _csv(tf, folder),
        "features": lambda: _features(tf, folder),
        "proto": lambda: _protos(tf),
        "json": lambda: _json(tf),
    }
    with tf.Graph().as_default():
        names = [(group, name) for group, make in groups.items() for name in make()]
    result = {}
    for group, name in names:
        with tf.Graph().as_default():
            try:
                result[f"{group}: {name}"] = groups[group]()[name]()
            except (TypeError, ValueError, tf.errors.OpError) as error:
                result[f"{group}: {name}"] = type(error).__name__
    return result
