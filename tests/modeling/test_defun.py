"""tensorflow.python.framework.function.Defun: calls of functions in a graph, with gradients."""

import numpy as np
import pytest

import convflow as tf
from convflow.api.python.framework.function import Defun


@pytest.fixture(autouse=True)
def _session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def test_a_call_is_one_node_with_the_functions_gradient(_session):
    @Defun(tf.float32, tf.float32)
    def product(x, y):
        return x * y + 1.0, y

    x = tf.constant(2.0)
    results = product(x, 3.0)
    assert isinstance(results, tuple) and results[0].shape.rank is None
    assert [op.type for op in tf.get_default_graph().get_operations()] == ["Const", "Const", product.name]
    assert product.name.startswith("product_") and results[0].op.name == product.name
    assert product.declared_input_types == (tf.float32, tf.float32)
    assert (product.captured_inputs, product.stateful_ops, product.grad_func_name) == ([], [], None)
    signature = product.definition.signature
    assert [arg.name for arg in signature.input_arg] == ["x", "y"] and len(signature.output_arg) == 2
    assert [f.signature.name for f in tf.get_default_graph().as_graph_def().library.function] == [product.name]
    gradient = tf.gradients(results[0], [x])
    assert gradient[0].op.type == "SymbolicGradient"
    assert _session.run([*results, *gradient]) == [7.0, 3.0, 3.0]


def test_a_gradient_in_python_sees_the_call(_session):
    seen = []

    def ten_times(op, dy):
        seen.append((op.type, [tensor.name for tensor in op.inputs], [tensor.name for tensor in op.outputs]))
        return dy * 10.0

    @Defun(
        tf.float32,
        func_name="Sq",
        python_grad_func=ten_times,
        shape_func=lambda op: [op.inputs[0].get_shape()],
        noinline=True,
    )
    def square(x):
        return tf.square(x)

    x = tf.constant([2.0, 3.0])
    y = square(x, name="hello")
    assert (y.name, y.op.type, y.shape.as_list(), square.name) == ("hello:0", "Sq", [2], "Sq")
    gradient = tf.gradients(y, x)[0]
    assert seen == [("Sq", ["Const:0"], ["hello:0"])]
    assert _session.run([y, gradient])[0].tolist() == [4.0, 9.0] and gradient.eval().tolist() == [10.0, 10.0]


def test_a_gradient_that_is_a_function(_session):
    @Defun(tf.float32, tf.float32)
    def sevenfold(x, dy):
        return dy * x * 7.0

    @Defun(tf.float32, grad_func=sevenfold)
    def square(x):
        return tf.square(x)

    x = tf.constant([2.0, 3.0])
    y = square(x)
    assert square.grad_func_name == sevenfold.name
    assert tf.gradients(y, x)[0].eval().tolist() == [14.0, 21.0]


def test_functions_without_types_are_made_for_each_call():
    @Defun(func_name="Any")
    def double(x):
        return x + x

    results = [double(tf.constant([2.0])), double(tf.constant(3)), double(tf.constant([4.0]))]
    assert [tensor.op.type for tensor in results] == ["Any_f32", "Any_i32", "Any_f32"]
    assert results[2].op.name == "Any_f32_1"
    assert [tensor.eval().tolist() for tensor in results] == [[4.0], 6, [8.0]]
    with pytest.raises(ValueError, match="no types of its own"):
        _ = double.name


def test_tensors_and_variables_from_outside_are_passed(_session):
    scale = tf.get_variable("scale", [], initializer=tf.constant_initializer(4.0))
    x = tf.constant([2.0, 3.0])

    @Defun(tf.float32)
    def scaled(t):
        weight = tf.get_variable("weight", [2], initializer=tf.ones_initializer())
        return t * scale * weight + x

    with tf.variable_scope("inner"):
        y = scaled(x)
    assert [v.name for v in tf.trainable_variables()] == ["scale:0", "inner/weight:0"]
    assert [tensor.name for tensor in scaled.captured_inputs] == ["scale/read:0", "inner/weight/read:0", "Const:0"]
    assert y.op.inputs[0] is x and len(y.op.inputs) == 4
    gradients = tf.gradients(y, [x, scale, tf.trainable_variables()[1]])
    _session.run(tf.global_variables_initializer())
    found = _session.run([y, *gradients])
    assert [value.tolist() for value in found] == [[10.0, 15.0], [5.0, 5.0], 5.0, [8.0, 12.0]]


def test_a_gradient_through_a_loop_and_branches(_session):
    @Defun(tf.float32)
    def power(x):
        _, product = tf.while_loop(lambda i, p: i < 3, lambda i, p: (i + 1, p * x), (0, x))
        return tf.cond(x > 0.0, lambda: product, lambda: -product)

    x = tf.placeholder(tf.float32, [])
    y = power(x)
    y.set_shape([])
    gradient = tf.gradients(y, x)[0]
    assert _session.run([y, gradient], {x: 2.0}) == [16.0, 32.0]
    assert _session.run([y, gradient], {x: -2.0}) == [-16.0, 32.0]


def test_functions_call_functions(_session):
    @Defun(tf.float32)
    def square(x):
        return x * x

    @Defun(tf.float32)
    def fourth(x):
        return square(square(x))

    x = tf.constant(2.0)
    y = fourth(x)
    assert _session.run([y, tf.gradients(y, x)[0]]) == [16.0, 32.0]


def test_slices_become_a_tensor_on_the_way_back(_session):
    # As tensor2tensor has it, lest an embedding's gradient stay sparse.
    @Defun(
        tf.float32,
        python_grad_func=lambda op, dy: tf.convert_to_tensor(dy),
        shape_func=lambda op: [op.inputs[0].get_shape()],
    )
    def convert_gradient_to_tensor(x):
        return x

    table = tf.get_variable("table", [4, 2], initializer=tf.ones_initializer())
    rows = tf.gather(convert_gradient_to_tensor(table), [1, 1])
    assert rows.shape.as_list() == [2, 2]
    gradient = tf.gradients(rows, table)[0]
    assert isinstance(gradient, tf.Tensor)
    np.testing.assert_array_equal(gradient.eval(), [[0, 0], [2, 2], [0, 0], [0, 0]])


def test_one_definition_serves_several_graphs():
    @Defun(tf.float32, func_name="twice")
    def twice(x):
        return 2.0 * x

    for _ in range(2):
        with tf.Graph().as_default(), tf.Session() as session:
            y = twice(tf.constant(4.0))
            assert (y.op.type, session.run(y)) == ("twice", 8.0)


def test_training_through_a_function(_session):
    @Defun(tf.float32, tf.float32)
    def loss_of(x, y):
        return tf.reduce_sum(tf.square(x - y))

    weight = tf.get_variable("weight", [], initializer=tf.zeros_initializer())
    train = tf.train.GradientDescentOptimizer(0.25).minimize(loss_of(weight, 8.0))
    _session.run(tf.global_variables_initializer())
    for _ in range(2):
        _session.run(train)
    assert weight.eval() == 6.0


def test_no_result_is_a_node(_session):
    counter = tf.get_variable("counter", [], initializer=tf.zeros_initializer(), use_resource=True)

    @Defun(tf.float32)
    def count(x):
        counter.assign_add(x)

    node = count(2.0)
    assert isinstance(node, tf.Operation)
    _session.run(tf.global_variables_initializer())
    _session.run(node)
    assert counter.eval() == 2.0
    assert [kind for _, kind in count.stateful_ops] == ["AssignAddVariableOp", "ReadVariableOp"]


def test_refusals():
    one = Defun(tf.float32, func_name="one")(lambda x: x)
    with pytest.raises(ValueError, match="Expected 1 arguments, got 2"):
        one(1.0, 2.0)
    with pytest.raises(ValueError, match="got arguments of int32, expected float32"):
        one(tf.constant(1))
    with pytest.raises(ValueError, match=r"Unknown keyword arguments: \['foo'\]"):
        one(1.0, foo=1)
    with pytest.raises(ValueError, match=r"has 1 input types, .* minimum 2 and maximum 2 arguments"):
        Defun(tf.float32)(lambda x, y: x)
    with pytest.raises(ValueError, match="Function 3 must be a callable"):
        Defun(tf.float32)(3)
    with pytest.raises(ValueError, match="Gradient defined twice"):
        Defun(tf.float32, grad_func=one, python_grad_func=lambda op, dy: dy)
    with pytest.raises(ValueError, match=r"Unknown keyword arguments: \['bar'\]"):
        Defun(tf.float32, bar=1)
    x = tf.constant(2.0)
    first = tf.gradients(Defun(tf.float32)(lambda x: x * x)(x), x)[0]
    with pytest.raises(LookupError, match="no second derivative"):
        tf.gradients(first, x)
