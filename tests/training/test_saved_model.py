"""SavedModels: `saved_model/` was written by TensorFlow (golden/record_files.py)."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

import convflow as tf
from convflow.formats import saved_model

RECORDED = Path(__file__).parent.parent / "golden" / "files" / "saved_model"
FEED = {"x:0": [[1.0, 2.0, 3.0]]}
utils = tf.saved_model.signature_def_utils


@pytest.fixture(autouse=True)
def _graph() -> Any:
    with tf.Graph().as_default():
        yield


def build(session: Any, folder: Path, **arguments: Any) -> Any:
    """The model that TensorFlow's recorder builds."""
    words = folder.parent / "words.txt"
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
        {"serving_default": utils.predict_signature_def({"x": x}, {"y": y})},
        [asset],
        main_op=tf.group(tf.local_variables_initializer(), name="main"),
        clear_devices=True,
    )
    return builder


@pytest.mark.parametrize("tags", [["serve"], ["gpu", "train"]])
def test_tensorflows_models_run(tags: list[str], tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(RECORDED, moved)
    with tf.Session() as session:
        meta_graph = tf.saved_model.loader.load(session, tags, str(moved))
        assert session.run("y:0", FEED).tolist() == [[6.0, 6.0]]
        # The main operation read the file where it lies now.
        assert session.run("contents:0") == b"one two"
    assert sorted(meta_graph.signature_def) == (["serving_default"] if tags == ["serve"] else [])


def test_into_a_scope() -> None:
    with tf.Session() as session:
        meta_graph = tf.saved_model.loader.load(session, ["serve"], str(RECORDED), import_scope="q")
        assert session.run("q/y:0", {"q/x:0": FEED["x:0"]}).tolist() == [[6.0, 6.0]]
        assert session.run("q/contents:0") == b"one two"
        info = meta_graph.signature_def["serving_default"].outputs["y"]
        tensor = tf.saved_model.utils.get_tensor_from_tensor_info(info, import_scope="q")
        assert tensor.name == "q/y:0"


@pytest.mark.parametrize("as_text", [False, True])
def test_what_we_write_is_what_tensorflow_writes(as_text: bool, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    with tf.Session() as session:
        builder = build(session, folder)
        builder.add_meta_graph(["train", "gpu"], strip_default_attrs=True)
        name = "saved_model.pbtxt" if as_text else "saved_model.pb"
        assert builder.save(as_text) == str(folder / name).encode()
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    data = "variables/variables.data-00000-of-00001"
    assert names == {name, "assets/words.txt", "variables/variables.index", data}
    for same in ("assets/words.txt", "variables/variables.index", data):
        assert (folder / same).read_bytes() == (RECORDED / same).read_bytes()
    ours, theirs = saved_model.read(folder), saved_model.read(RECORDED)
    assert len(ours.meta_graphs) == len(theirs.meta_graphs)
    for mine, recorded in zip(ours.meta_graphs, theirs.meta_graphs, strict=True):
        assert [(node.name, node.op) for node in mine.graph_def.node] == [
            (node.name, node.op) for node in recorded.graph_def.node
        ]
        assert mine.signature_def == recorded.signature_def
        assert mine.saver_def == recorded.saver_def
        assert list(mine.meta_info_def.tags) == list(recorded.meta_info_def.tags)
        assert dict(mine.collection_def) == dict(recorded.collection_def)


def test_simple_save(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    x = tf.placeholder(tf.float32, [None], name="x")
    y = x * tf.Variable(3.0, name="v")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        tf.saved_model.simple_save(session, folder, {"in": x}, {"out": y})
        with pytest.raises(AssertionError, match=r"export already exists, and isn't empty"):
            tf.saved_model.simple_save(session, folder, {"in": x}, {"out": y})
    assert tf.saved_model.contains_saved_model(folder)
    assert not tf.saved_model.loader.maybe_saved_model_directory(tmp_path)
    with tf.Graph().as_default() as graph, tf.Session() as session:
        signature = tf.saved_model.load(session, [tf.saved_model.SERVING], folder).signature_def["serving_default"]
        assert utils.is_valid_signature(signature)
        out = tf.saved_model.get_tensor_from_tensor_info(signature.outputs["out"], graph)
        assert session.run(out, {signature.inputs["in"].name: [1.0, 2.0]}).tolist() == [3.0, 6.0]


def test_graphs_without_variables(tmp_path: Path) -> None:
    x = tf.placeholder(tf.float32, [], name="x")
    with tf.Session() as session:
        tf.saved_model.simple_save(session, tmp_path / "m", {"x": x}, {"y": tf.square(x, name="y")})
    with tf.Graph().as_default(), tf.Session() as session:
        tf.saved_model.load(session, ["serve"], tmp_path / "m")
        assert session.run("y:0", {"x:0": 3.0}) == 9.0


def test_files_of_one_name_stay_apart(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "w.txt").write_text(folder)
    paths = [str(tmp_path / folder / "w.txt") for folder in ("a", "b", "a")]
    tensors = [tf.constant(path) for path in paths]
    for tensor in tensors:
        tf.add_to_collection(tf.GraphKeys.ASSET_FILEPATHS, tensor)
    with tf.Session() as session:
        builder = tf.saved_model.Builder(tmp_path / "m")
        builder.add_meta_graph_and_variables(session, ["serve"], assets_collection=tensors)
        builder.save()
    found = {path.name: path.read_text() for path in (tmp_path / "m" / "assets").iterdir()}
    assert found == {"w.txt": "a", "w_1.txt": "b"}


def test_order_of_calls(tmp_path: Path) -> None:
    builder = tf.saved_model.Builder(tmp_path / "m")
    with pytest.raises(AssertionError, match=r"has not been saved yet. Please invoke `add_meta_graph_and_variables"):
        builder.add_meta_graph(["serve"])
    with tf.Session() as session:
        builder.add_meta_graph_and_variables(session, ["serve"], main_op=tf.no_op())
        with pytest.raises(AssertionError, match=r"already been saved. Please invoke `add_meta_graph"):
            builder.add_meta_graph_and_variables(session, ["serve"])
    with pytest.raises(ValueError, match="already contains one or more main ops"):
        builder.add_meta_graph(["train"], main_op=tf.no_op())
    with pytest.raises(TypeError, match="to be an Operation but got type"):
        builder.add_meta_graph(["train"], main_op="init")


def test_signatures_are_checked(tmp_path: Path) -> None:
    builder = tf.saved_model.Builder(tmp_path / "m")
    x = tf.placeholder(tf.float32, name="x")
    good = utils.predict_signature_def({"x": x}, {"y": x})
    nameless = utils.build_signature_def({"x": type(good.inputs["x"])(dtype=1)})
    typeless = utils.build_signature_def({"x": type(good.inputs["x"])(name="x:0")})
    with tf.Session() as session:
        with pytest.raises(KeyError, match="__saved_model_init_op` is reserved"):
            builder.add_meta_graph_and_variables(session, ["serve"], {"__saved_model_init_op": good})
        with pytest.raises(AssertionError, match="names no tensor"):
            builder.add_meta_graph_and_variables(session, ["serve"], {"s": nameless})
        with pytest.raises(AssertionError, match="must have a dtype"):
            builder.add_meta_graph_and_variables(session, ["serve"], {"s": typeless})


def test_kinds_of_signatures() -> None:
    texts, numbers = tf.placeholder(tf.string, [None]), tf.placeholder(tf.float32, [None])
    regression = utils.regression_signature_def(texts, numbers)
    assert regression.method_name == "tensorflow/serving/regress"
    classes = utils.classification_signature_def(texts, texts, numbers)
    assert sorted(classes.outputs) == ["classes", "scores"]
    assert all(map(utils.is_valid_signature, (regression, classes)))
    regression.inputs["inputs"].dtype = 1
    other = utils.build_signature_def(classes.inputs, {}, "tensorflow/serving/classify")
    assert not any(map(utils.is_valid_signature, (regression, other, None, utils.build_signature_def())))


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda t, n: utils.regression_signature_def(n, n), "Regression input tensors must be of type string"),
        (lambda t, n: utils.regression_signature_def(None, n), "Regression `examples` cannot be None"),
        (lambda t, n: utils.regression_signature_def(t, t), "Regression output tensors must be of type float"),
        (lambda t, n: utils.classification_signature_def(t, None, None), "`classes` and `scores` cannot both be None"),
        (lambda t, n: utils.predict_signature_def({}, {"y": n}), "Prediction `inputs` cannot be None or empty"),
        (lambda t, n: utils.predict_signature_def({"x": n}, {}), "Prediction `outputs` cannot be None or empty"),
    ],
)
def test_signatures_that_cannot_be(make: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        make(tf.placeholder(tf.string), tf.placeholder(tf.float32))


def test_sparse_tensors_have_three_names() -> None:
    sparse = tf.sparse_placeholder(tf.float32, [2, 3])
    info = tf.saved_model.utils.build_tensor_info(sparse)
    found = tf.saved_model.get_tensor_from_tensor_info(info)
    assert (found.indices, found.values) == (sparse.indices, sparse.values)
    with pytest.raises(ValueError, match=r"Invalid TensorInfo\.encoding: None"):
        tf.saved_model.get_tensor_from_tensor_info(type(info)())


def test_main_op() -> None:
    v = tf.Variable(1.0, name="v")
    saver = tf.train.Saver()
    op = tf.saved_model.main_op.main_op()
    restore = tf.saved_model.main_op_with_restore(saver.saver_def.restore_op_name)
    with tf.Session() as session:
        session.run(op)
        assert session.run(v) == 1.0
    assert "save/restore_all" in {op.name for op in restore.control_inputs}


def test_no_such_model_or_tags(tmp_path: Path) -> None:
    with tf.Session() as session:
        with pytest.raises(OSError, match=r"SavedModel file does not exist at: .*saved_model.pbtxt\|saved_model.pb"):
            tf.saved_model.load(session, ["serve"], tmp_path)
        with pytest.raises(RuntimeError, match=r"tags 'train' could not be found .*Pass all tags of one of them"):
            tf.saved_model.load(session, ["train"], RECORDED)
        (tmp_path / "saved_model.pb").write_bytes((RECORDED / "saved_model.pb").read_bytes()[:1000])
        with pytest.raises(OSError, match=r"Cannot parse file .*saved_model.pb"):
            tf.saved_model.load(session, ["serve"], tmp_path)


@pytest.mark.parametrize("name", ["../outside", "/etc/hostname", "a/../../b"])
def test_files_outside_of_the_folder_are_not_used(name: str, tmp_path: Path) -> None:
    shutil.copytree(RECORDED, tmp_path / "m")
    model = saved_model.read(RECORDED)
    for value in model.meta_graphs[0].collection_def["saved_model_assets"].any_list.value:
        value.value = value.value.replace(b"\x12\x09words.txt", b"\x12" + bytes([len(name)]) + name.encode())
    (tmp_path / "m" / "saved_model.pb").write_bytes(model.SerializeToString())
    with (
        tf.Session() as session,
        pytest.raises(tf.errors.InvalidArgumentError, match="lies outside of its folder assets"),
    ):
        tf.saved_model.load(session, ["serve"], tmp_path / "m")
