"""What the names of a program stand for."""

from __future__ import annotations

import ast

import pytest

from convflow.tools.audit import names
from convflow.tools.audit.names import Call
from convflow.tools.audit.sources import Piece


def uses(*sources: str) -> list[names.Use]:
    pieces = [
        Piece("p.py", number if len(sources) > 1 else None, ast.parse(text)) for number, text in enumerate(sources)
    ]
    return names.uses(pieces, lambda module: ["relu", "conv2d"])


def symbols(*sources: str) -> list[str]:
    return [use.symbol for use in uses(*sources)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import tensorflow as tf\ntf.nn.relu", ["tf.nn.relu"]),
        ("import tensorflow\ntensorflow.nn.relu", ["tf.nn.relu"]),
        ("import tensorflow.compat.v1 as tf\ntf.nn.relu", ["tf.nn.relu"]),
        ("import tensorflow as tf\ntf.compat.v1.nn.relu", ["tf.nn.relu"]),
        ("import tensorflow.contrib.slim as s\ns.conv2d", ["tf.contrib.slim", "tf.contrib.slim.conv2d"]),
        (
            "import tensorflow.contrib.slim\ntensorflow.contrib.slim.conv2d",
            ["tf.contrib.slim", "tf.contrib.slim.conv2d"],
        ),
        ("from tensorflow.contrib import slim\nslim.conv2d", ["tf.contrib.slim", "tf.contrib.slim.conv2d"]),
        ("import tf_slim as slim\nslim.conv2d", ["tf.contrib.slim.conv2d"]),
        ("import tensorflow as tf\nslim = tf.contrib.slim\nslim.conv2d", ["tf.contrib.slim", "tf.contrib.slim.conv2d"]),
        (
            "from tensorflow.examples.tutorials.mnist import input_data\ninput_data.read_data_sets",
            ["tf.examples.tutorials.mnist.input_data", "tf.examples.tutorials.mnist.input_data.read_data_sets"],
        ),
        ("from tensorflow.nn import *\nrelu(conv2d)", ["tf.nn", "tf.nn.relu", "tf.nn.conv2d"]),
        (
            "import tensorflow as tf\na, b = tf.nn, tf.train\na.relu, b.Saver",
            ["tf.nn", "tf.train", "tf.nn.relu", "tf.train.Saver"],
        ),
        ("import tensorflow as tf\ngetattr(tf.nn, 'relu')", ["tf.nn.relu"]),
        ("import tensorflow as tf\ndef f(x, act=tf.nn.relu): return act(x)", ["tf.nn.relu"]),
        ("import numpy as np\nnp.int(3)", ["numpy.int"]),
    ],
)
def test_aliases(source: str, expected: list[str]) -> None:
    assert symbols(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "import tensorflow as tf\ndef f(tf): return tf.nn.relu",
        "import tensorflow as tf\ntf = 3\ntf.nn.relu",
        "import tensorflow as tf\nfor tf in [1]: tf.nn",
        "import tensorflow as tf\n[tf.nn for tf in [1]]",
        "import tensorflow as tf\nlambda tf: tf.nn",
        "from .tensorflow import nn\nnn.relu",
        "tf.nn.relu",
    ],
)
def test_other_things_of_the_same_name(source: str) -> None:
    assert symbols(source) == []


def test_a_function_sees_what_stands_around_it_at_the_end() -> None:
    assert symbols("def f():\n    return tf.nn.relu\nimport tensorflow as tf") == ["tf.nn.relu"]


def test_rebinding_inside_a_function_stays_there() -> None:
    source = (
        "import tensorflow as tf\nl = tf.layers\ndef f():\n    l = tf.contrib.layers\n    l.fully_connected\nl.dense"
    )
    assert symbols(source) == [
        "tf.layers",
        "tf.layers.dense",
        "tf.contrib.layers",
        "tf.contrib.layers.fully_connected",
    ]


def test_class_members_are_no_names_of_its_methods() -> None:
    source = "import tensorflow as tf\nclass A:\n    nn = tf.nn\n    nn.relu\n    def f(self):\n        nn.elu"
    assert symbols(source) == ["tf.nn", "tf.nn.relu"]


def test_cells_share_names() -> None:
    found = uses("import tensorflow as tf", "tf.nn.relu")
    assert [str(use.place) for use in found] == ["p.py, code cell 1:1"]


def test_calls_tell_their_arguments() -> None:
    found = uses(
        "import tensorflow as tf\ntf.concat(0, [1], name='x')\ntf.stack(*a, axis=1, **k)\nc = tf.nn.conv2d\nc(1)"
    )
    assert [use.call for use in found] == [
        Call(2, ("name",), False),
        Call(0, ("axis",), True),
        None,
        Call(1, (), False),
    ]


def test_what_a_program_tries_keeps_the_first_that_it_finds() -> None:
    source = "try:\n    import tensorflow.contrib.slim as slim\nexcept ImportError:\n    import tf_slim.nets as slim\n"
    source += "slim.conv2d"
    found = uses(source)
    assert [use.symbol for use in found] == ["tf.contrib.slim", "tf.contrib.slim.nets", "tf.contrib.slim.conv2d"]
    assert [use.choice for use in found] == [(0, 0, 2), (0, 1, 2), None]
