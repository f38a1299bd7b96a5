"""Members of objects that a program makes."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from convflow import cli
from convflow.tools.audit import code_base
from convflow.tools.audit.instances import resolve_member


def found(tmp_path: Path, source: str) -> code_base.CodeBase:
    path = tmp_path / "p.py"
    path.write_text(f"import tensorflow as tf\n{source}\n")
    return code_base.audit(path)


def members(tmp_path: Path, source: str) -> set[str]:
    """The members of objects that are used; those that are missing with an exclamation mark."""
    symbols = found(tmp_path, source).symbols
    names = {each.name + ("" if each.resolution.is_there else "!") for each in symbols}
    return {name for name in names if name.count(".") > 1 and name.split(".")[-2][0].isupper()}


def test_methods_of_the_common_classes(tmp_path: Path) -> None:
    source = """
saver = tf.train.Saver()
x = tf.placeholder(tf.float32)
v = tf.get_variable("v", [])
d = tf.data.Dataset.range(3).map(f).batch(2)
step = tf.train.AdamOptimizer(0.1).minimize(x)
writer = tf.summary.FileWriter(".")
with tf.Session() as sess:
    sess.run(step)
    saver.save(sess, "a")
    x.get_shape().as_list()
    v.assign(3)
    d.make_one_shot_iterator().get_next()
    writer.add_summary(s)
    x.shape.ndims
"""
    assert members(tmp_path, source) == {
        "tf.Session.run",
        "tf.Tensor.get_shape",
        "tf.Tensor.shape",
        "tf.TensorShape.as_list",
        "tf.TensorShape.ndims",
        "tf.Variable.assign",
        "tf.data.Dataset.batch",
        "tf.data.Dataset.make_one_shot_iterator",
        "tf.data.Dataset.map",
        "tf.data.Dataset.range",
        "tf.data.Iterator.get_next",
        "tf.summary.FileWriter.add_summary",
        "tf.train.AdamOptimizer.minimize",
        "tf.train.Saver.save",
    }


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("s = tf.train.Saver()\ns.safe('a')", "tf.train.Saver.safe!"),
        ("tf.zeros([2]).get_shap()", "tf.Tensor.get_shap!"),
        ("d = tf.data.Dataset.range(3)\nd = d.map(f)\nd.batches(2)", "tf.data.Dataset.batches!"),
        ("class A:\n  def __init__(self):\n    self.s = tf.Session()\n  def f(self):\n    self.s.go", "tf.Session.go!"),
        ("with tf.Session() as s:\n  s.graph.as_graph()", "tf.Graph.as_graph!"),
        ("c = tf.ConfigProto()\nc.gpu_options.no_such = 3", "tf.GPUOptions.no_such!"),
        ("s = tf.Session()\ndef f():\n  s.go()", "tf.Session.go!"),
        ("if a:\n  s = tf.Session()\nelse:\n  s = tf.Session()\ns.go()", "tf.Session.go!"),
    ],
)
def test_what_a_class_does_not_have(source: str, missing: str, tmp_path: Path) -> None:
    assert missing in members(tmp_path, source)


@pytest.mark.parametrize(
    "source",
    [
        # What the object is cannot be told.
        "s = tf.Session()\ns = other()\ns.go()",
        "s = other()\nif a:\n  s = tf.Session()\ns.go()",
        "if a:\n  s = tf.Session()\nelse:\n  s = other()\ns.go()",
        "try:\n  s = tf.Session()\nexcept E:\n  s = other()\ns.go()",
        "s = tf.Session()\nfor i in x:\n  s = other()\ns.go()",
        "s = other()\nwhile x:\n  s = tf.Session()\ns.go()",
        "s = tf.Session()\ndef f():\n  s.go()\ns = other()\ns = tf.Session()",
        "def f(s=tf.Session()):\n  s.go()",
        "class A:\n  def f(self):\n    self.s = tf.Session()\n    self.s.go()\n  def g(self):\n    self.s = other()",
        "tf.Session().run(x).go()",
        "tf.no_such().go()",
        "tf.get_collection('a').go()",
        # Attributes that the program gives.
        "s = tf.Session()\ns.mine = 3\ns.mine",
        # What an eager tensor, a resource variable, a reader of a message has.
        "tf.constant(1).numpy()",
        "tf.Variable(1).handle",
        "tf.train.Example.FromString(x).features.feature['a'].go",
        "tf.GraphDef().node[0].go",
        "e = tf.train.Example()\ne.ParseFromString(x)\ne.features.feature['a'].int64_list.value[0]",
        # What a class's own code gives it.
        "o = tf.train.AdamOptimizer(0.1)\no._lr",
    ],
)
def test_no_false_alarm(source: str, tmp_path: Path) -> None:
    symbols = [each for each in found(tmp_path, source).symbols if each.name != "tf.no_such"]
    assert [each.name for each in symbols if not each.resolution.is_there] == []


def test_arguments_of_methods(tmp_path: Path) -> None:
    source = """
s = tf.train.Saver()
s.save(sess, "a", step=3)
s.save(sess, "a", global_step=3)
x = tf.placeholder(tf.float32)
x.get_shape(3)
tf.train.AdamOptimizer(0.1).minimize(x, variables=v)
run = tf.Session().run
run(x, feed={x: 1})
"""
    assert [f"{each.place.line}: {each.text}" for each in found(tmp_path, source).misfits] == [
        "4: tf.train.Saver.save has no argument 'step'",
        "7: tf.Tensor.get_shape takes 0 arguments without keywords (), not 1",
        "8: tf.train.AdamOptimizer.minimize has no argument 'variables'",
        "10: tf.Session.run has no argument 'feed'; close to it: 'feed_dict'",
    ]


def test_a_missing_method_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "p.py").write_text("import tensorflow as tf\ns = tf.Session()\ns.go()\n")
    done = CliRunner().invoke(cli.app, ["audit", str(tmp_path)])
    assert done.exit_code == 1
    assert "tf.Session.go" in done.output
    assert "50.0 % of 2 uses of 2 symbols" in done.output


def test_a_path_of_a_name_that_is_no_class() -> None:
    assert resolve_member("tf.no_such().x") is None
    assert resolve_member("tf.float32().x") is None
    assert resolve_member("tf.trainable_variables().x") is None


def test_hyperparameters_have_the_names_that_the_program_gives_them(tmp_path: Path) -> None:
    source = """
settings = tf.contrib.training.HParams(rate=0.1)
settings.add_hparam("decay", 3)
print(settings.rate, settings.decay)
"""
    assert {name for name in members(tmp_path, source) if name.endswith("!")} == set()
