import pytest

import convflow as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def test_a_duplicate_shows_where_the_first_was_made():
    tf.get_variable("v", [2])
    with pytest.raises(
        ValueError,
        match=r"(?s)Variable v already exists, disallowed. Did you mean to set reuse=True or reuse=tf.AUTO_REUSE in "
        r"VarScope\? Originally defined at:.*test_scope.py:\d+, in test_a_duplicate",
    ):
        tf.get_variable("v", [2])


def test_sharing_what_is_not_there_or_differs():
    tf.get_variable("v", [2])
    with tf.variable_scope("", reuse=True):
        with pytest.raises(ValueError, match=r"Variable w does not exist.*Did you mean to set reuse=tf.AUTO_REUSE"):
            tf.get_variable("w", [2])
        with pytest.raises(ValueError, match=r"share variable v, but specified shape \(3,\) and found shape \(2,\)"):
            tf.get_variable("v", [3])
        with pytest.raises(
            ValueError, match=r"share variable v, but specified dtype int32 and found dtype float32_ref"
        ):
            tf.get_variable("v", [2], tf.int32)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"shape": [None, 2]}, r"Shape of a new variable \(v\) must be fully defined, but instead was \(\?, 2\). Give"),
        ({}, r"Variable v has no shape, and its initializer GlorotUniform needs one. Pass shape="),
        ({"shape": [2], "initializer": 1.0}, r"do not specify shape \(here \(2,\)\). Leave the shape out, or pass"),
        ({"shape": [2], "dtype": tf.complex64}, r"An initializer for variable v of .*complex64.* is required"),
    ],
)
def test_what_decides_no_first_value(arguments, message):
    with pytest.raises(ValueError, match=message):
        tf.get_variable("v", **arguments)


def test_regularizers_join_a_collection():
    def penalty(weights):
        return tf.reduce_sum(tf.square(weights), name="penalty")

    with tf.variable_scope("a", regularizer=penalty):
        tf.get_variable("v", [2])
        tf.get_variable("w", [2], regularizer=tf.no_regularizer)
    with tf.variable_scope("a", reuse=True):
        tf.get_variable("v", [2], regularizer=penalty)
    losses = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    assert [loss.name for loss in losses] == ["a/v/Regularizer/penalty:0"]
    assert losses[0].op.colocation_groups() == [b"loc:@a/v"]


def test_initializers_that_insist_on_partition_info():
    seen = []

    def initializer(shape, dtype, partition_info):
        seen.append((shape, dtype, partition_info))
        return tf.zeros(shape, dtype)

    tf.get_variable("v", [2, 3], initializer=initializer)
    assert seen == [([2, 3], tf.float32, None)]


def test_an_initializer_without_arguments_decides_the_type():
    variable = tf.get_variable("v", initializer=lambda: tf.zeros([2], tf.int32))
    assert variable.dtype.base_dtype is tf.int32
    assert variable.initial_value.name == "v/Initializer/zeros:0"


def test_graphs_have_scopes_of_their_own():
    with tf.variable_scope("a"):
        tf.get_variable("v", [1])
        with tf.Graph().as_default():
            assert tf.get_variable_scope().name == ""
            assert tf.get_variable("v", [1]).name == "v:0"


def test_reuse_is_one_of_four():
    with pytest.raises(ValueError, match=r"reuse must be None, True, False or tf.AUTO_REUSE, got 3"):
        tf.variable_scope("a", reuse=3)
    assert repr(tf.AUTO_REUSE) == "<_ReuseMode.AUTO_REUSE: 1>"
