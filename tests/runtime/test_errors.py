"""What a session's errors say: what happened, what was expected, what to do; the node and the user's line."""

import re

import numpy as np
import pytest

import convflow as tf


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def _line(marker):
    with open(__file__, encoding="utf-8") as file:
        return next(number for number, text in enumerate(file, 1) if marker in text and "_line(" not in text)


def test_a_fed_shape_that_does_not_fit(session):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    with pytest.raises(
        ValueError,
        match=r"(?s)Cannot feed value of shape \(2, 2\) for Tensor 'x:0', which has shape '\(\?, 3\)'.*node x .*"
        r"test_errors.py:\d+.*Feed an array of that shape",
    ):
        session.run(x, {x: np.ones((2, 2))})
    with pytest.raises(ValueError, match=r"The batch dimension is missing: feed value\[None\]"):
        session.run(x, {x: [1, 2, 3]})
    y = tf.placeholder(tf.float32, [2, 3])
    with pytest.raises(ValueError, match=r"The number of elements fits: feed value.reshape\(\[2, 3\]\)"):
        session.run(y, {y: np.ones(6)})


@pytest.mark.parametrize(
    ("dtype", "value", "error", "message"),
    [
        ("float32", "a", ValueError, r"Cannot feed 'a' \(str\) for Tensor 'x:0' of type float32: could not convert"),
        (
            "int32",
            2**40,
            TypeError,
            r"Type of feed value 1099511627776 \(int\) is not compatible with Tensor type int32",
        ),
        ("uint8", [1, 300], TypeError, r"(?s)300 out of bounds.*or make the tensor of a larger type \(e.g. int64\)"),
        ("string", [1, "a"], TypeError, r"Expected bytes or str, got 1 of type int"),
    ],
)
def test_a_fed_value_of_another_type(session, dtype, value, error, message):
    x = tf.placeholder(dtype, name="x")
    with pytest.raises(error, match=message):
        session.run(x, {x: value})


def test_a_fed_tensor(session):
    x, y = tf.placeholder(tf.float32), tf.constant(1.0)
    with pytest.raises(TypeError, match=r"(?s)value of a feed cannot be a tf.Tensor object.*: evaluate it first"):
        session.run(x, {x: y})


def test_keys_that_are_no_tensors(session):
    x = tf.placeholder(tf.float32, name="x")
    with pytest.raises(
        TypeError, match=r"Cannot interpret feed_dict key as Tensor: .*'x' looks like an \(invalid\) Op"
    ):
        session.run(x, {"x": 1})
    with pytest.raises(TypeError, match=r"feed_dict must be a dictionary from tensors to values, got \[1\] \(list\)"):
        session.run(x, [1])
    with pytest.raises(ValueError, match=r"The feed of 2 tensors needs as many values, got \(1,\)"):
        session.run(x, {(x, x): (1,)})
    tf.get_default_graph().prevent_feeding(x)
    with pytest.raises(ValueError, match="may not be fed"):
        session.run(x, {x: 1})


def test_what_cannot_be_fetched(session):
    tf.constant(1.0, name="loss")
    with pytest.raises(TypeError, match=r"Fetch argument 3 has invalid type <class 'int'>, must be a string or Tensor"):
        session.run(3)
    with pytest.raises(ValueError, match=r"Fetch argument 'lost:0' cannot be interpreted.*Similar names: loss"):
        session.run("lost:0")
    with pytest.raises(TypeError, match=r"Fetch argument None has invalid type"):
        session.run([None])


def test_a_tensor_of_another_graph(session):
    tf.no_op()
    with tf.Graph().as_default():
        foreign = tf.constant(1.0, name="foreign")
    with pytest.raises(
        ValueError, match=r"(?s)not an element of this graph.*node foreign .*tf.Session\(graph=tensor.graph\)"
    ):
        session.run(foreign)


def test_a_missing_feed(session):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    with pytest.raises(
        tf.errors.InvalidArgumentError,
        match=r"(?s)You must feed a value for placeholder tensor 'x' with dtype float32 and shape \(\?, 2\): pass "
        r"feed_dict=\{'x:0': value\} to Session.run.*test_errors.py:\d+",
    ):
        session.run(x + 1.0)


def test_an_uninitialized_variable(session):
    variable = tf.get_variable("weights", [2])  # made here
    read = variable + 1.0
    with pytest.raises(tf.errors.FailedPreconditionError) as caught:
        session.run(read)
    text = str(caught.value)
    assert "Attempting to use uninitialized value weights. Run tf.global_variables_initializer() or restore" in text
    assert f"{__file__}:{_line('# made here')}" in text
    assert caught.value.op.name == "weights/read"
    with pytest.raises(tf.errors.FailedPreconditionError, match="uninitialized value weights"):
        session.run([read, variable.assign_add([1.0, 1.0])])


def test_shapes_that_do_not_fit_at_run_time(session):
    x, y = (tf.placeholder(tf.float32, [None, None], name=name) for name in "xy")
    product = tf.matmul(x, y, name="product")  # multiplied here
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        session.run(product, {x: np.ones((2, 3)), y: np.ones((4, 5))})
    text = str(caught.value)
    assert "Dimensions must be equal" in text
    assert f"[[node product (MatMul), made at {__file__}:{_line('# multiplied here')}" in text
    assert "x:0: float32[2, 3], y:0: float32[4, 5]" in text
    assert (caught.value.op, caught.value.node_def.name) == (product.op, "product")
    assert caught.value.error_code == tf.errors.INVALID_ARGUMENT


def test_a_value_of_the_wrong_shape_for_a_variable(session):
    variable = tf.Variable([1.0, 2.0], name="v")
    value = tf.placeholder(tf.float32)
    assign = variable.assign(value)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"(?s)\(2,\).*\(3,\).*node Assign .*test_errors.py"):
        session.run(assign, {value: [1.0, 2.0, 3.0]})


def test_a_fed_variable_cannot_be_written(session):
    variable = tf.Variable([1.0, 2.0], name="v")
    with pytest.raises(
        tf.errors.InvalidArgumentError, match=r"Input 'ref' of Assign.* must be a variable, but v:0 was fed"
    ):
        session.run(variable.assign([3.0, 4.0]), {variable: [1.0, 1.0]})


def test_an_operation_of_fewer_elements(session):
    x = tf.placeholder(tf.float32)
    shaped = tf.reshape(x, [3, -1], name="shaped")
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"(?s)4.*node shaped \(Reshape\)"):
        session.run(shaped, {x: np.ones(4)})


def test_closed_and_empty_sessions():
    with tf.Graph().as_default():
        with tf.Session() as session, pytest.raises(RuntimeError, match=r"graph is empty. Add operations to the graph"):
            session.run("x")
        x = tf.constant(1.0)
        with pytest.raises(RuntimeError, match="Attempted to use a closed Session"):
            session.run(x)
        with pytest.raises(ValueError, match=r"needs a session: none is the default one here.*or pass session="):
            x.eval()
        with (
            tf.Graph().as_default(),
            tf.Session() as other,
            pytest.raises(ValueError, match="session of another graph"),
        ):
            x.eval(session=other)


def test_settings_that_are_none():
    with pytest.raises(TypeError, match=r"graph must be a tf.Graph, but got <class 'int'>"):
        tf.Session(graph=3)
    with pytest.raises(TypeError, match=r"config must be a tf.ConfigProto, but got <class 'int'>"):
        tf.Session(config=3)
    with pytest.raises(ValueError, match=r"There is no execution engine 'grpc://host': sessions run in this process"):
        tf.Session("grpc://host")


def test_callables_check_what_they_are_made_of(session):
    x = tf.placeholder(tf.float32)
    double = session.make_callable(x * 2.0, [x])
    assert double(2.0) == 4.0
    with pytest.raises(TypeError, match=re.escape("The callable takes 1 values, got 0.")):
        double()
    with pytest.raises(TypeError, match="Fetch argument 3"):
        session.make_callable(3)
    with pytest.raises(TypeError, match="Cannot interpret feed_dict key as Tensor"):
        session.make_callable(x, [3])
