"""slim.tfexample_decoder: items of Examples and SequenceExamples."""

import io

import numpy as np
import pytest
from PIL import Image

import convflow as tf

decoders = tf.contrib.slim.tfexample_decoder


def _feature(values):
    values = np.asarray(values)
    flat = values.ravel().tolist()
    if values.dtype.kind == "f":
        return tf.train.Feature(float_list=tf.train.FloatList(value=flat))
    if values.dtype.kind == "i":
        return tf.train.Feature(int64_list=tf.train.Int64List(value=flat))
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[_bytes(value) for value in flat]))


def _bytes(value):
    return value if isinstance(value, bytes) else value.encode()


def _example(**features):
    made = {key: _feature(value) for key, value in features.items()}
    return tf.train.Example(features=tf.train.Features(feature=made)).SerializeToString()


def _item(example, features, handler):
    [item] = decoders.TFExampleDecoder(features, {"item": handler}).decode(tf.constant(example))
    with tf.Session() as session:
        return session.run(item)


def _picture(kind, shape=(4, 5, 3)):
    pixels = (np.arange(np.prod(shape)).reshape(shape) % 251).astype(np.uint8)
    data = io.BytesIO()
    Image.fromarray(pixels.squeeze()).save(data, format=kind)
    return pixels, np.array(data.getvalue(), object)


_IMAGE = {"image/encoded": tf.FixedLenFeature((), tf.string, ""), "image/format": tf.FixedLenFeature((), tf.string, "")}


@pytest.mark.parametrize("name", ["png", "PNG"])
@pytest.mark.parametrize("channels", [1, 3])
def test_png(name, channels):
    pixels, data = _picture("png", (4, 5, channels))
    example = _example(**{"image/encoded": data, "image/format": name})
    np.testing.assert_array_equal(_item(example, _IMAGE, decoders.Image(channels=channels)), pixels)


def test_jpeg_within_its_loss():
    pixels, data = _picture("jpeg")
    example = _example(**{"image/encoded": data, "image/format": "jpeg"})
    found = _item(example, _IMAGE, decoders.Image(shape=(4, 5, 3)))
    assert found.shape == pixels.shape
    assert np.abs(found.astype(int) - pixels).mean() < 12


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_raw_bytes(dtype):
    pixels = np.arange(24).reshape(2, 4, 3).astype(dtype)
    example = _example(**{"image/encoded": np.array(pixels.tobytes(), object), "image/format": "raw"})
    found = _item(example, _IMAGE, decoders.Image(shape=(2, 4, 3), dtype=tf.as_dtype(dtype)))
    np.testing.assert_array_equal(found, pixels)


def test_several_pictures():
    pixels, data = _picture("png")
    example = _example(**{"image/encoded": np.array([data.item()] * 2, object), "image/format": "png"})
    features = {**_IMAGE, "image/encoded": tf.FixedLenFeature((2,), tf.string)}
    found = _item(example, features, decoders.Image(repeated=True))
    np.testing.assert_array_equal(found, [pixels, pixels])


@pytest.mark.parametrize(
    ("feature", "handler"),
    [
        (tf.FixedLenFeature([2, 3], tf.int64), decoders.Tensor("x")),
        (tf.FixedLenFeature([6], tf.int64), decoders.Tensor("x", shape=[2, 3])),
        (tf.VarLenFeature(tf.int64), decoders.Tensor("x", shape=[2, 3])),
        (tf.VarLenFeature(tf.int64), decoders.Tensor("x", shape_keys="size")),
        (tf.VarLenFeature(tf.int64), decoders.Tensor("x", shape_keys=["rows", "columns"])),
    ],
    ids=["fixed", "reshaped", "sparse", "shape of a feature", "shape of two features"],
)
def test_tensors(feature, handler):
    values = np.arange(6).reshape(2, 3)
    example = _example(x=values, size=np.array([2, 3]), rows=np.array([2]), columns=np.array([3]))
    features = {"x": feature, **{key: tf.VarLenFeature(tf.int64) for key in ("size", "rows", "columns")}}
    np.testing.assert_array_equal(_item(example, features, handler), values)


def test_boxes():
    sides = np.random.default_rng(0).random((4, 5)).astype(np.float32)
    names = ["ymin", "xmin", "ymax", "xmax"]
    example = _example(**{f"box/{name}": side for name, side in zip(names, sides, strict=True)})
    features = {f"box/{name}": tf.VarLenFeature(tf.float32) for name in names}
    np.testing.assert_array_equal(_item(example, features, decoders.BoundingBox(prefix="box/")), sides.T)


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        (decoders.SparseTensor(shape=[7]), [7]),
        (decoders.SparseTensor(shape_key="shape"), [9]),
        (decoders.SparseTensor(), [3]),
    ],
    ids=["given", "feature", "as the indices"],
)
def test_sparse_tensors(handler, expected):
    example = _example(indices=np.array([1, 2, 5]), values=np.float32([0.5, 0.25, 2.0]), shape=np.array([9]))
    features = {
        "indices": tf.VarLenFeature(tf.int64), "values": tf.VarLenFeature(tf.float32),
        "shape": tf.VarLenFeature(tf.int64),
    }  # fmt: skip
    found = _item(example, features, handler)
    np.testing.assert_array_equal(found.indices, [[1], [2], [5]])
    np.testing.assert_array_equal(found.dense_shape, expected)


def test_a_sparse_tensor_made_dense():
    example = _example(indices=np.array([1, 3]), values=np.float32([0.5, 2.0]))
    features = {"indices": tf.VarLenFeature(tf.int64), "values": tf.VarLenFeature(tf.float32)}
    found = _item(example, features, decoders.SparseTensor(shape=[5], densify=True, default_value=-1.0))
    np.testing.assert_array_equal(found, [-1, 0.5, -1, 2, -1])


def test_a_function_makes_an_item():
    handler = decoders.ItemHandlerCallback(["a", "b"], lambda tensors: tensors["a"] - tensors["b"])
    features = {key: tf.FixedLenFeature([], tf.float32) for key in "ab"}
    assert _item(_example(a=np.float32(5), b=np.float32(3)), features, handler) == 2.0


@pytest.mark.parametrize("present", [True, False])
def test_a_backup_is_taken_for_an_empty_item(present):
    handler = decoders.BackupHandler(decoders.Tensor("a"), decoders.Tensor("b"))
    features = {key: tf.VarLenFeature(tf.int64) for key in "ab"}
    example = _example(b=np.array([1, 2]), **({"a": np.array([3])} if present else {}))
    np.testing.assert_array_equal(_item(example, features, handler), [3] if present else [1, 2])


def _sequence(**lists):
    made = {
        key: tf.train.FeatureList(feature=[_feature(np.asarray(row, np.float32)) for row in rows])
        for key, rows in lists.items()
    }
    return tf.train.SequenceExample(feature_lists=tf.train.FeatureLists(feature_list=made)).SerializeToString()


def _sequence_item(sequence, keys, handler):
    features = {key: tf.VarLenFeature(tf.float32) for key in keys}
    [item] = decoders.TFSequenceExampleDecoder({}, features, {"item": handler}).decode(tf.constant(sequence))
    with tf.Session() as session:
        return session.run(item)


@pytest.mark.parametrize(
    ("kind", "keys"),
    [(decoders.BoundingBoxSequence, ["ymin", "xmin", "ymax", "xmax"]), (decoders.KeypointsSequence, ["y", "x"])],
)
def test_coordinates_of_a_sequence(kind, keys):
    rows = {f"p/{key}": [[number, number + 10], [number + 20]] for number, key in enumerate(keys)}
    found = _sequence_item(_sequence(**rows), rows, kind(prefix="p/", default_value=-5.0))
    assert found.shape == (2, 2, len(keys))
    np.testing.assert_array_equal(found[1, 1], [-5.0] * len(keys))
    np.testing.assert_array_equal(found[:, 0], [np.arange(len(keys)), np.arange(len(keys)) + 20])
    sparse = _sequence_item(_sequence(**rows), rows, kind(prefix="p/", return_dense=False))
    np.testing.assert_array_equal(sparse.dense_shape, [2, 2, len(keys)])
    assert len(sparse.values) == 3 * len(keys)


def test_numbers_of_boxes():
    handler = decoders.NumBoxesSequence(["a", "b"], check_consistency=False)
    sequence = _sequence(a=[[1, 2], [], [3]], b=[[1, 2], [4], [3]])
    np.testing.assert_array_equal(_sequence_item(sequence, "ab", handler), [2, 0, 1])
    with pytest.raises(tf.errors.InvalidArgumentError, match="assertion failed"):
        _sequence_item(sequence, "ab", decoders.NumBoxesSequence(["a", "b"]))


def test_context_and_sequence():
    example = tf.train.SequenceExample(
        context=tf.train.Features(feature={"name": _feature("a")}),
        feature_lists=tf.train.FeatureLists(
            feature_list={
                "x": tf.train.FeatureList(feature=[_feature(np.float32([1, 2])), _feature(np.float32([3, 4]))])
            }
        ),
    )
    decoder = decoders.TFSequenceExampleDecoder(
        {"name": tf.FixedLenFeature((), tf.string, "")},
        {"x": tf.FixedLenSequenceFeature([2], tf.float32)},
        {"name": decoders.Tensor("name"), "x": decoders.Tensor("x")},
    )
    name, x = decoder.decode(tf.constant(example.SerializeToString()), ["name", "x"])
    with tf.Session() as session:
        assert session.run(name) == b"a"
        np.testing.assert_array_equal(session.run(x), [[1, 2], [3, 4]])


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: decoders.Tensor("x", shape_keys="s", shape=[1]), "Cannot specify both shape_keys and shape"),
        (lambda: decoders.BoundingBox(["a", "b"]), "BoundingBox expects 4 keys but got 2"),
        (lambda: decoders.KeypointsSequence(["a"]), "KeypointsSequence expects 2 keys but got 1"),
        (lambda: decoders.BackupHandler(decoders.Tensor("x"), "y"), "Backup handler is of type <class 'str'>"),
        (lambda: decoders.NumBoxesSequence([]), "at least one key"),
        (lambda: decoders.TFSequenceExampleDecoder({"a": 1}, {"a": 2}, {}), "in the context and in the sequence"),
        (lambda: decoders.TFExampleDecoder(_IMAGE, {}).decode(tf.constant(b""), ["x"]), "no item 'x'"),
    ],
)  # fmt: skip
def test_refusals(make, text):
    with pytest.raises(ValueError, match=text):
        make()
