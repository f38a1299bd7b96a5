"""Records tests/golden/files/: graphs, records and checkpoints as TensorFlow itself writes them.

Run with a Python that has TensorFlow 2.21 (its compat.v1): python tests/golden/record_files.py [NAME ...]
"""

import json
import os
import pathlib
import shutil
import sys
import tempfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

HERE = pathlib.Path(__file__).parent / "files"


def record_meta():
    """A graph with variables of both kinds, a branch, and collections of every kind."""
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [None, 3], name="x")
        w = tf.get_variable("w", [3, 2], initializer=tf.ones_initializer())
        b = tf.get_variable("b", [2], initializer=tf.ones_initializer(), trainable=False, use_resource=True)
        tf.train.get_or_create_global_step()
        with tf.device("/cpu:0"):
            y = tf.add(tf.matmul(x, w), b, name="y")
        tf.cond(tf.constant(True, name="flag"), lambda: y + 1.0, lambda: y - 1.0)
        for key, value in (("outputs", y), ("texts", "hello"), ("counts", 3), ("rates", 2.5), ("ops", x.op)):
            tf.add_to_collection(key, value)
        saver = tf.train.Saver(max_to_keep=3)
        tf.add_to_collection(tf.GraphKeys.SAVERS, saver)
        session.run(tf.global_variables_initializer())
        session.run(w.assign(w + 1.0))
        saver.save(session, str(HERE / "meta" / "model"), write_state=False)


def record_frozen():
    """What freezing makes of the graph above, and of one that looks rows up."""
    with tf.Graph().as_default(), tf.Session() as session:
        saver = tf.train.import_meta_graph(str(HERE / "meta" / "model.meta"))
        saver.restore(session, str(HERE / "meta" / "model"))
        rows = tf.get_variable("rows", [4, 2], initializer=tf.ones_initializer(), use_resource=True)
        session.run(rows.initializer)
        tf.identity(tf.nn.embedding_lookup(rows, [1, 2], name="lookup"), name="looked_up")
        checked = tf.identity(
            tf.check_numerics(session.graph.get_tensor_by_name("cond/Merge:0"), "bad"), name="checked"
        )
        del checked
        graph_def = session.graph.as_graph_def()
        (HERE / "frozen" / "whole.pb").write_bytes(graph_def.SerializeToString())
        outputs = ["cond/Merge", "looked_up"]
        frozen = tf.graph_util.convert_variables_to_constants(session, graph_def, outputs)
        (HERE / "frozen" / "frozen.pb").write_bytes(frozen.SerializeToString())
        trimmed = tf.graph_util.remove_training_nodes(frozen, ["looked_up"])
        (HERE / "frozen" / "trimmed.pb").write_bytes(trimmed.SerializeToString())


def record_control_flow():
    """Frozen graphs with branches in loops and loops in branches, and what they give."""
    found = {}
    with tf.Graph().as_default() as graph, tf.Session() as session:
        x = tf.placeholder(tf.float32, [], name="x")
        scale = tf.get_variable("scale", initializer=2.0)
        offset = tf.get_variable("offset", initializer=[1.0, 2.0], use_resource=True)

        def step(i, total):
            grown = tf.cond(tf.equal(i % 2, 0), lambda: total * scale, lambda: total + tf.reduce_sum(offset))
            return i + 1, grown

        def inner(i, j, total):
            _, total = tf.while_loop(lambda k, _: k < i, lambda k, t: (k + 1, t + x), [0, total])
            return i + 1, j, total

        tf.identity(tf.while_loop(lambda i, _: i < 5, step, [0, x])[1], name="looped")
        tf.identity(tf.while_loop(lambda i, j, _: i < j, inner, [0, 4, x * 0.0])[2], name="nested")
        chosen = tf.cond(
            x > 0.0,
            lambda: tf.while_loop(lambda t: t < 100.0, lambda t: t * t + 1.0, [x]),
            lambda: tf.cond(x < -10.0, lambda: tf.constant(-1.0), lambda: scale * x),
        )
        tf.identity(chosen, name="chosen")
        rows = tf.map_fn(lambda row: row * scale, tf.stack([offset, offset * x]))
        tf.identity(rows, name="mapped")
        session.run(tf.global_variables_initializer())
        names = ["looped", "nested", "chosen", "mapped"]
        frozen = tf.graph_util.convert_variables_to_constants(session, graph.as_graph_def(), names)
        (HERE / "control_flow" / "frozen.pb").write_bytes(frozen.SerializeToString())
    with tf.Graph().as_default(), tf.Session() as session:
        fetches = tf.import_graph_def(frozen, name="", return_elements=[f"{name}:0" for name in names])
        for fed in (3.0, -2.0, -20.0):
            values = session.run(fetches, {"x:0": fed})
            found[str(fed)] = {name: value.tolist() for name, value in zip(names, values, strict=True)}
    (HERE / "control_flow" / "values.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def feature(*values):
    kind = type(values[0]).__name__ if values else "int"
    train = tf.train
    if kind == "bytes":
        return train.Feature(bytes_list=train.BytesList(value=values))
    if kind == "float":
        return train.Feature(float_list=train.FloatList(value=values))
    return train.Feature(int64_list=train.Int64List(value=values))


def record_records():
    """Three examples in each kind of record file, and three sequence examples."""
    examples = []
    for n in range(3):
        features = {"label": feature(n - 300), "text": feature(b"t" * n, b"\xff"), "rates": feature(0.5, 1.5 * n)}
        features["many"] = tf.train.Feature(int64_list=tf.train.Int64List(value=[7**k for k in range(8 * n)]))
        example = tf.train.Example(features=tf.train.Features(feature=features))
        examples.append(example.SerializeToString(deterministic=True))
    for kind in ("", "GZIP", "ZLIB"):
        path = str(HERE / "records" / f"examples{kind and '.'}{kind.lower()}")
        with tf.python_io.TFRecordWriter(path, kind) as writer:
            for example in examples:
                writer.write(example)
    with tf.python_io.TFRecordWriter(str(HERE / "records" / "sequences")) as writer:
        for n in (3, 0, 1):
            lists = {
                "pairs": [feature(k, -k) for k in range(n)],
                "words": [feature(b"w" * k) for k in range(n)],
                "some": [tf.train.Feature(float_list=tf.train.FloatList(value=range(k))) for k in range(n)],
            }
            lists = {key: tf.train.FeatureList(feature=value) for key, value in lists.items()}
            example = tf.train.SequenceExample(
                context=tf.train.Features(feature={"length": feature(n)}),
                feature_lists=tf.train.FeatureLists(feature_list=lists),
            )
            writer.write(example.SerializeToString(deterministic=True))


def record_saved_model():
    """A SavedModel with two graphs, a file, and a variable that only its main operation sets."""
    folder = HERE / "saved_model"
    shutil.rmtree(folder)
    with tf.Graph().as_default(), tf.Session() as session, tempfile.TemporaryDirectory() as outside:
        words = pathlib.Path(outside) / "words.txt"
        words.write_text("one two")
        x = tf.placeholder(tf.float32, [None, 3], name="x")
        w = tf.get_variable("w", [3, 2], initializer=tf.ones_initializer())
        y = tf.matmul(x, w, name="y")
        asset = tf.constant(str(words), name="asset")
        tf.add_to_collection(tf.GraphKeys.ASSET_FILEPATHS, asset)
        local = tf.get_variable("words", initializer=tf.read_file(asset), collections=[tf.GraphKeys.LOCAL_VARIABLES])
        tf.identity(local, name="contents")
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        builder = tf.saved_model.builder.SavedModelBuilder(str(folder))
        builder.add_meta_graph_and_variables(
            session,
            [tf.saved_model.tag_constants.SERVING],
            {"serving_default": tf.saved_model.signature_def_utils.predict_signature_def({"x": x}, {"y": y})},
            [asset],
            main_op=tf.group(tf.local_variables_initializer(), name="main"),
            clear_devices=True,
        )
        builder.add_meta_graph(["train", "gpu"], strip_default_attrs=True)
        builder.save()


def record_datasets():
    """A graph whose datasets call functions, one of them with a captured tensor, one from another."""
    with tf.Graph().as_default():
        factor = tf.constant(10, tf.int64, name="factor")
        dataset = tf.data.Dataset.range(6).map(lambda x: (x * factor, x + 1))
        dataset = dataset.filter(lambda a, b: tf.equal(b % 2, 0))
        dataset = dataset.flat_map(lambda a, b: tf.data.Dataset.from_tensors(a + b).map(tf.negative).repeat(2)).batch(2)
        iterator = dataset.make_initializable_iterator()
        tf.identity(iterator.get_next(), name="out")
        tf.group(iterator.initializer, name="begin")
        once = tf.data.Dataset.range(3).map(lambda x: x * 2).make_one_shot_iterator().get_next()
        tf.identity(once, name="once")
        tf.train.export_meta_graph(str(HERE / "datasets" / "graph.meta"))


def record_v1():
    """A checkpoint of format V1: every type, a scalar, and a variable in parts."""
    names = ["float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool", "complex64"]
    with tf.Graph().as_default(), tf.Session() as session:
        for name in names:
            tf.get_variable(f"types/{name}", initializer=tf.cast([[0, 1, 2], [3, 100, 1]], name), trainable=False)
        tf.get_variable("scalar", initializer=3.5)
        halves = tf.fixed_size_partitioner(2)
        tf.get_variable("parts", [5, 2], initializer=tf.ones_initializer(), partitioner=halves)
        session.run(tf.global_variables_initializer())
        saver = tf.train.Saver(write_version=tf.train.SaverDef.V1)
        saver.save(session, str(HERE / "v1" / "old.ckpt"), write_meta_graph=False, write_state=False)


def record_audio():
    """Summaries of clips, some of them too loud, with one and two channels."""
    clips = np.linspace(-1.1, 1.1, 24).astype(np.float32).reshape(2, 6, 2)
    with tf.Graph().as_default(), tf.Session() as session:
        two = tf.summary.audio("clip", clips, 8000.0, family="fam")
        one = tf.summary.audio("one", clips[..., 0], tf.constant(44100.0), max_outputs=1)
        for name, value in zip(("two", "one"), session.run([two, one]), strict=True):
            (HERE / "audio" / name).write_bytes(value)


RECORDERS = {
    "audio": record_audio,
    "control_flow": record_control_flow,
    "v1": record_v1,
    "datasets": record_datasets,
    "meta": record_meta,
    "frozen": record_frozen,
    "records": record_records,
    "saved_model": record_saved_model,
}

if __name__ == "__main__":
    for chosen in sys.argv[1:] or RECORDERS:
        (HERE / chosen).mkdir(parents=True, exist_ok=True)
        RECORDERS[chosen]()
