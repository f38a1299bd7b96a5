import numpy as np
import pytest

import convflow as tf


@pytest.fixture(autouse=True)
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def test_a_variable_is_true():
    # `if variable:` asked for its presence in TensorFlow 1; a tensor refuses instead.
    assert tf.Variable(0.0)
    with pytest.raises(TypeError, match="not allowed"):
        bool(tf.Variable(0.0).value())


def test_arrays_leave_operators_to_variables(session):
    variable = tf.Variable([1.0, 2.0])
    session.run(variable.initializer)
    product = np.array([2.0, 3.0], np.float32) * variable
    assert isinstance(product, tf.Tensor)
    np.testing.assert_array_equal(session.run(product), [2.0, 6.0])


def test_collections_are_a_list():
    with pytest.raises(
        ValueError, match=r"must be a list, tuple, or set. Got 'mine' of type <class 'str'>: write \['mine'\]"
    ):
        tf.Variable(1.0, collections="mine")


def test_an_initial_value_is_needed():
    with pytest.raises(ValueError, match="initial_value must be specified"):
        tf.Variable()
    with pytest.raises(ValueError, match=r"initial_value must have a shape specified: Tensor\(\"Placeholder:0\""):
        tf.Variable(tf.placeholder(tf.float32, [None]))


def test_a_variable_of_changing_shape(session):
    variable = tf.Variable([1.0, 2.0], validate_shape=False)
    longer = tf.assign(variable, [1.0, 2.0, 3.0], validate_shape=False)
    session.run(variable.initializer)
    assert variable.shape.rank is None
    assert session.run(longer).shape == session.run(variable).shape == (3,)


def test_conversion_names_the_variable_and_its_line():
    variable = tf.Variable(1.0, name="v")
    with pytest.raises(
        ValueError, match=r"(?s)to type 'int32' for variable of type 'float32_ref'.*Use tf.cast.*test_variable.py:\d+"
    ):
        tf.convert_to_tensor(variable, tf.int32)


def test_what_is_no_variable_cannot_be_assigned():
    with pytest.raises(AttributeError, match="cannot be assigned to: it is a value, not a variable"):
        tf.assign(tf.constant(1.0), 2.0)


def test_strings_and_bools(session):
    text, flag = tf.Variable(["a", "b"]), tf.Variable(True)
    session.run(tf.global_variables_initializer())
    assert session.run(text).tolist() == [b"a", b"b"]
    assert session.run(text.assign(["c", "d"])).tolist() == [b"c", b"d"]
    assert session.run(flag.assign(False)) == np.False_


def test_sessions_have_values_of_their_own(session):
    variable = tf.Variable(1.0)
    session.run(variable.initializer)
    with tf.Session() as other:
        other.run(variable.initializer)
        other.run(variable.assign_add(1.0))
        assert (other.run(variable), session.run(variable)) == (2.0, 1.0)


def test_shared_names_share_values(session):
    from convflow.ops import state

    first = state.variable_op([], tf.float32, name="first", shared_name="one")
    second = state.variable_op([], tf.float32, name="second", shared_name="one")
    session.run(state.assign(first, 3.0))
    fetched = session.run([second, first])
    assert fetched == [3.0, 3.0]


def test_loading_needs_a_session():
    variable = tf.Variable(1.0)
    with tf.Session(graph=tf.Graph()), pytest.raises(ValueError, match="session of another graph"):
        variable.load(2.0)


@pytest.mark.parametrize("dtype", ["float64", "int64", "uint8", "complex64", "bfloat16", "float16"])
def test_types(session, dtype):
    variable = tf.Variable(tf.ones([2], dtype))
    session.run(variable.initializer)
    assert variable.dtype.base_dtype.name == dtype
    np.testing.assert_array_equal(session.run(variable).astype(complex), [1, 1])
