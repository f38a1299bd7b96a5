"""Records tests/golden/formats/: files and messages as TensorFlow itself makes them.

Run with a Python that has TensorFlow 2.21 (its compat.v1): python tests/golden/record_formats.py
"""

import json
import os
import pathlib
import shutil
import zlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

HERE = pathlib.Path(__file__).parent / "formats"
NUMBERS = [
    "float16",
    "bfloat16",
    "float32",
    "float64",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "bool",
    "complex64",
    "complex128",
]
TEXTS = [b"", b"a", "größe".encode(), b"\x00\xff", b"x" * 200]


def numbers(name):
    """Six values of a type that any reader of this file can make again."""
    return np.array([0, 1, 2, 3, 100, 1]).astype(tf.as_dtype(name).as_numpy_dtype).reshape(2, 3)


def save(prefix, tensors, slices=None):
    with tf.Graph().as_default(), tf.Session() as session:
        session.run(
            tf.raw_ops.SaveV2(
                prefix=str(prefix),
                tensor_names=[name for name, _ in tensors],
                shape_and_slices=slices or [""] * len(tensors),
                tensors=[tf.constant(value) for _, value in tensors],
            )
        )


def record_bundles():
    every = [(f"dtypes/{name}", numbers(name)) for name in NUMBERS]
    every += [("scalar", np.float32(3.5)), ("empty", np.zeros((0, 3), np.float32))]
    every += [("texts", np.array(TEXTS, object)), ("text", np.array(b"hello", object))]
    save(HERE / "all_types", every)
    parts = [("w", np.arange(4, dtype=np.float32).reshape(2, 2)), ("w", np.ones((1, 2), np.float32))]
    parts += [("b", np.array([7], np.int32)), ("b", np.array([8], np.int32))]
    save(HERE / "partitioned", parts, ["3 2 0,2:-", "3 2 2,1:-", "200 0,1", "200 199,1"])
    # Enough keys for several blocks of the table; only a checksum is kept.
    many = [(f"scope_{i // 10:04d}/{'long_' * 20}variable_{i}", np.int32(i)) for i in range(9000)]
    save(HERE / "many", many)
    checksums = {}
    for path in sorted(HERE.glob("many.*")):
        checksums[path.name] = [path.stat().st_size, zlib.crc32(path.read_bytes())]
        path.unlink()
    (HERE / "many.json").write_text(json.dumps(checksums, indent=1) + "\n")


def record_shards():
    with tf.Graph().as_default(), tf.Session() as session:
        for name, value in (("one", np.float32([1, 2])), ("two", np.int64([[3]]))):
            part = str(HERE / f"part_{name}")
            session.run(
                tf.raw_ops.SaveV2(prefix=part, tensor_names=[name], shape_and_slices=[""], tensors=[tf.constant(value)])
            )
        session.run(
            tf.raw_ops.MergeV2Checkpoints(
                checkpoint_prefixes=[str(HERE / "part_one"), str(HERE / "part_two")],
                destination_prefix=str(HERE / "sharded"),
                delete_old_dirs=False,
            )
        )


def record_events():
    folder = HERE / "events"
    writer = tf.summary.FileWriter(str(folder))
    writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="loss", simple_value=0.5)]), 7)
    writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="loss", simple_value=0.25)]), 8)
    writer.close()
    (path,) = folder.iterdir()
    path.rename(HERE / "events.out.tfevents")
    folder.rmdir()


def record_protos():
    protos = {}
    for name in NUMBERS:
        values = numbers(name)
        dtype = tf.as_dtype(name)
        protos[f"{name} matrix"] = tf.make_tensor_proto(values, dtype)
        protos[f"{name} scalar"] = tf.make_tensor_proto(values[0, 1], dtype)
        protos[f"{name} one"] = tf.make_tensor_proto(values[:1, :1], dtype)
        protos[f"{name} empty"] = tf.make_tensor_proto(values[:0], dtype)
        protos[f"{name} filled"] = tf.make_tensor_proto(values[0, 1], dtype, shape=[2, 3])
        protos[f"{name} repeated"] = tf.make_tensor_proto(values[0], dtype, shape=[2, 3])
    for name in ("qint8", "quint8", "qint16", "quint16", "qint32"):
        dtype = tf.as_dtype(name)
        protos[f"{name} matrix"] = tf.make_tensor_proto(np.array([(1,), (2,)], dtype.as_numpy_dtype), dtype)
    protos["string vector"] = tf.make_tensor_proto(np.array(TEXTS, object))
    protos["string scalar"] = tf.make_tensor_proto(b"hello")
    protos["string filled"] = tf.make_tensor_proto(b"hello", shape=[3])
    recorded = {key: proto.SerializeToString().hex() for key, proto in protos.items()}
    (HERE / "tensor_protos.json").write_text(json.dumps(recorded, indent=1) + "\n")


def record_attributes():
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None, 4, 4, 1], name="x")
        y = tf.nn.max_pool(x, [1, 2, 2, 1], [1, 2, 2, 1], "SAME", name="pool")
        nodes = [x.op, y.op, tf.constant([1.5, 2.5], name="c").op, tf.nn.lrn(y, name="lrn").op]
        nodes.append(tf.identity_n([x, y], name="identity_n")[0].op)
        nodes.append(tf.raw_ops.PlaceholderWithDefault(input=x, shape=tf.TensorShape(None)).op)
        nodes.append(tf.squeeze(x, name="squeeze").op)
        recorded = {}
        for node in nodes:
            kinds = {attr.name: attr.type for attr in node.op_def.attr}
            recorded[node.type] = {
                name: [kinds[name], value.SerializeToString(deterministic=True).hex()]
                for name, value in node.node_def.attr.items()
                if name in kinds
            }
    (HERE / "attributes.json").write_text(json.dumps(recorded, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    shutil.rmtree(HERE, ignore_errors=True)
    HERE.mkdir()
    record_bundles()
    record_shards()
    record_events()
    record_protos()
    record_attributes()
