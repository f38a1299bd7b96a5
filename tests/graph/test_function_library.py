"""Functions in graphs' libraries: `datasets/` was written by TensorFlow (golden/record_files.py)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import convflow as tf

RECORDED = Path(__file__).parent.parent / "golden" / "files" / "datasets" / "graph.meta"


@pytest.fixture(autouse=True)
def _graph() -> Any:
    with tf.Graph().as_default():
        yield


def make() -> None:
    """The graph that TensorFlow's recorder makes."""
    factor = tf.constant(10, tf.int64, name="factor")
    dataset = tf.data.Dataset.range(6).map(lambda x: (x * factor, x + 1))
    dataset = dataset.filter(lambda a, b: tf.equal(b % 2, 0))
    dataset = dataset.flat_map(lambda a, b: tf.data.Dataset.from_tensors(a + b).map(tf.negative).repeat(2)).batch(2)
    iterator = dataset.make_initializable_iterator()
    tf.identity(iterator.get_next(), name="out")
    tf.group(iterator.initializer, name="begin")
    once = tf.data.Dataset.range(3).map(lambda x: x * 2).make_one_shot_iterator().get_next()
    tf.identity(once, name="once")


def check(scope: str = "") -> None:
    with tf.Session() as session:
        session.run(f"{scope}begin")
        found = [session.run(f"{scope}out:0").tolist() for _ in range(3)]
        assert found == [[-12, -12], [-34, -34], [-56, -56]]
        with pytest.raises(tf.errors.OutOfRangeError):
            session.run(f"{scope}out:0")
        assert [int(session.run(f"{scope}once:0")) for _ in range(3)] == [0, 2, 4]


def ours() -> Any:
    with tf.Graph().as_default() as graph:
        make()
        return graph.as_graph_def(add_shapes=True)


def test_tensorflows_functions_run() -> None:
    tf.train.import_meta_graph(str(RECORDED))
    check()


def test_ours_run_after_a_way_through_a_file(tmp_path: Path) -> None:
    for as_text in (False, True):
        path = tf.train.write_graph(ours(), tmp_path, "graph", as_text=as_text)
        assert Path(path).is_file()
    proto = tf.GraphDef.FromString(ours().SerializeToString())
    tf.import_graph_def(proto, name="q")
    tf.import_graph_def(proto, name="")
    check("q/")
    check()


def test_functions_of_one_name_stay_apart() -> None:
    # Both graphs have a function Dataset_map_<lambda>.
    other = tf.data.Dataset.range(2).map(lambda x: x + 100).make_one_shot_iterator().get_next()
    tf.import_graph_def(ours(), name="q")
    with tf.Session() as session:
        assert session.run(other) == 100
    check("q/")


def test_what_the_library_says() -> None:
    library = {function.signature.name: function for function in ours().library.function}
    function = library["Dataset_map_lambda"]
    signature = function.signature
    assert [arg.name for arg in signature.input_arg] == ["args_0", "captured_0"]
    assert [arg.name for arg in signature.output_arg] == ["output_0", "output_1"]
    assert dict(function.ret) == {"output_0": "mul:z:0", "output_1": "add:z:0"}
    nodes = {node.name: (node.op, list(node.input)) for node in function.node_def}
    assert nodes["mul"] == ("Mul", ["args_0", "captured_0"])
    assert nodes["add"] == ("AddV2", ["args_0", "add/y:output:0"])
    assert not signature.is_stateful
    (maker,) = [function for name, function in library.items() if name.startswith("_make_dataset")]
    assert maker.signature.is_stateful
    assert {"RangeDataset", "MapDataset"} <= {node.op for node in maker.node_def}


def test_exported_again(tmp_path: Path) -> None:
    saver = tf.train.import_meta_graph(str(RECORDED))
    assert saver is None
    again = tf.train.export_meta_graph()
    with tf.Graph().as_default():
        tf.train.import_meta_graph(again)
        check()


def test_only_what_is_called_need_be_known() -> None:
    proto = ours()
    proto.library.function.add().signature.name = "never_called"
    proto.library.function[-1].node_def.add(name="n", op="NoSuchOp")
    tf.import_graph_def(proto, name="")
    check()


def broken(change: Any) -> Any:
    proto = ours()
    (function,) = [each for each in proto.library.function if each.signature.name == "Dataset_map_lambda"]
    change(proto, function)
    return proto


@pytest.mark.parametrize(
    ("change", "kind", "text"),
    [
        (lambda proto, _: proto.ClearField("library"), ValueError, r"calls the function '.*', which is not in the"),
        (lambda _, f: f.node_def.add(name="n", op="NoSuchOp"), tf.errors.NotFoundError, "NoSuchOp: n"),
        (lambda _, f: f.ret.update(output_0="nowhere:z:0"), ValueError, "unknown input 'nowhere:z:0'"),
        (lambda _, f: f.ret.update(output_0="mul:z:7"), ValueError, r"node 'mul' \(Mul\) has no output 'mul:z:7'"),
        (lambda _, f: f.ret.update(output_0="mul:w:0"), ValueError, r"node 'mul' \(Mul\) has no output 'mul:w:0'"),
        (lambda _, f: f.signature.input_arg[0].ClearField("type"), ValueError, "argument 'args_0' .* has no type"),
        (
            lambda _, f: next(node for node in f.node_def if node.name == "add/y").input.append("^add"),
            ValueError,
            "wait for each other",
        ),
    ],
)  # fmt: skip
def test_libraries_that_cannot_be(change: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        tf.import_graph_def(broken(change), name="")


def test_python_functions_stay_in_the_program() -> None:
    tf.py_func(lambda x: x + 1, [tf.constant(1)], tf.int32, name="call")
    written = tf.get_default_graph().as_graph_def(add_shapes=True)
    assert [node.op for node in written.node] == ["Const", "PyFunc"]
    assert not written.library.function


def test_a_graph_fed_by_a_generator_is_written() -> None:
    def numbers() -> Any:
        yield from (1, 2, 3)

    dataset = tf.data.Dataset.from_generator(numbers, tf.int32).map(lambda x: x * 2)
    iterator = dataset.make_one_shot_iterator()
    tf.get_variable("step", initializer=0)
    tf.identity(iterator.get_next(), name="out")
    written = tf.train.export_meta_graph().graph_def
    assert "out" in [node.name for node in written.node]
    assert all(function.signature.name for function in written.library.function)
