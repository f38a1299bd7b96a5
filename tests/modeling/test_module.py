import pytest

import convflow as tf


class Part(tf.Module):
    def __init__(self, name=None):
        super().__init__(name=name)
        with self.name_scope:
            self.v = tf.Variable(0.0, name="v")


class Whole(tf.Module):
    def __init__(self, name=None):
        super().__init__(name=name)
        self.w = tf.Variable(1.0, name="w")
        self.d = {"b": tf.Variable(2.0, name="b", trainable=False), "a": [tf.Variable(3.0, name="a")]}
        self.sub = [Part(), Part("x")]

    @tf.Module.with_name_scope
    def __call__(self, x):
        """Adds one."""
        return tf.add(x, 1.0), tf.Variable(1.0, name="inner")


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def _names(items):
    return [item.name for item in items]


def test_what_a_module_holds():
    whole = Whole("m")
    assert _names(whole.variables) == ["a:0", "b:0", "w:0", "part/v:0", "x/v:0"]
    assert _names(whole.trainable_variables) == ["a:0", "w:0", "part/v:0", "x/v:0"]
    assert _names(whole.submodules) == ["part", "x"]
    assert [type(value) for value in (whole.variables, whole.trainable_variables, whole.submodules)] == [tuple] * 3


def test_name_scopes():
    whole = Whole()
    made = [whole(1.0), whole(1.0), Whole("other")(1.0)]
    assert [(node.name, variable.name) for node, variable in made] == [
        ("whole/Add:0", "whole/inner:0"),
        ("whole/Add_1:0", "whole/inner_1:0"),
        ("other/Add:0", "other/inner:0"),
    ]
    assert Whole.__call__.__doc__ == "Adds one."
    assert [Part().v.name, Part().v.name, Part().name] == ["part_2/v:0", "part_3/v:0", "part"]
    assert whole.name_scope.name == "whole/"


def test_names():
    class MyDenseLayer2D(tf.Module):
        pass

    class HTTPServer(tf.Module):
        pass

    names = [module.name for module in (MyDenseLayer2D(), HTTPServer(), tf.Module("ok"))]
    assert names == ["my_dense_layer2_d", "http_server", "ok"]
    for name in ("a b", "a/b", ""):
        with pytest.raises(ValueError, match=f"'{name}' is not a valid module name. .* valid Python identifiers"):
            tf.Module(name)


def test_modules_that_hold_each_other_and_layers():
    first, second = tf.Module("p"), tf.Module("q")
    first.c, second.c, first.again = second, first, second
    first.t = (tf.Module("z"),)
    assert _names(first.submodules) == ["q", "z"]
    dense = tf.layers.Dense(3, name="dense")
    dense(tf.zeros([1, 2]))
    second.dense = dense
    assert isinstance(dense, tf.Module)
    assert _names(first.trainable_variables) == ["dense/kernel:0", "dense/bias:0"]
    assert _names(first.submodules) == ["q", "z", "dense"]


def test_without_the_base_classes_beginning():
    class Careless(tf.Module):
        def __init__(self):
            self.a = tf.Variable(1.0, name="a")

    assert _names(Careless().variables) == ["a:0"]
    with pytest.raises(AttributeError, match=r"Careless.*Call super\(\).__init__\(name=name\) first"):
        _ = Careless().name_scope
    with pytest.raises(AttributeError, match="layers open their scope themselves"):
        _ = tf.layers.Dense(2).name_scope


def test_checkpoints_of_modules(tmp_path):
    whole = Whole()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        path = tf.train.Checkpoint(model=whole).save(str(tmp_path / "model"), session=session)
    names = {name for name, _ in tf.train.list_variables(path)}
    assert {f"model/{key}/.ATTRIBUTES/VARIABLE_VALUE" for key in ("w", "d/b", "d/a/0", "sub/0/v", "sub/1/v")} <= names
