"""tf.TensorArray: writing, reading, putting together and apart, gradients, refusals; stacks."""

from __future__ import annotations

import numpy as np
import pytest

import convflow as tf
from convflow.ops import stack_nodes
from convflow.ops.tensor_array_nodes import tensor_array_grad_with_shape

ROWS = np.arange(12.0, dtype=np.float32).reshape(4, 3)


@pytest.fixture
def x():
    return tf.placeholder(tf.float32, [4, 3], name="x")


def test_write_and_read(run):
    array = tf.TensorArray(tf.float32, size=2).write(0, [1.0, 2.0]).write(1, [3.0, 4.0])
    assert (array.dtype, array.element_shape.as_list(), array.dynamic_size) == (tf.float32, [2], False)
    np.testing.assert_array_equal(run(array.read(1)), [3.0, 4.0])


def test_stack_gather_concat(run):
    array = tf.TensorArray(tf.int32, size=3)
    for index in range(3):
        array = array.write(index, [index, 10 * index])
    stacked = array.stack()
    assert stacked.shape.as_list() == [3, 2]
    np.testing.assert_array_equal(run(stacked), [[0, 0], [1, 10], [2, 20]])
    np.testing.assert_array_equal(run(array.gather([2, 0])), [[2, 20], [0, 0]])
    concatenated = array.concat()
    assert concatenated.shape.as_list() == [6]
    np.testing.assert_array_equal(run(concatenated), [0, 0, 1, 10, 2, 20])


def test_unstack_scatter_split(run, x):
    fed = {x: ROWS}
    np.testing.assert_array_equal(run(tf.TensorArray(tf.float32, size=4).unstack(x).read(2), fed), ROWS[2])
    scattered = tf.TensorArray(tf.float32, size=4).scatter([3, 1, 0, 2], x)
    np.testing.assert_array_equal(run(scattered.stack(), fed), ROWS[[2, 1, 3, 0]])
    parts = tf.TensorArray(tf.float32, size=2, infer_shape=False).split(x, [3, 1])
    np.testing.assert_array_equal(run(parts.read(0), fed), ROWS[:3])
    np.testing.assert_array_equal(run(parts.concat(), fed), ROWS)


def test_strings(run):
    array = tf.TensorArray(tf.string, size=2).write(0, "a").write(1, "b")
    assert run(array.stack()).tolist() == [b"a", b"b"]


def test_dynamic_sizes(run):
    array = tf.TensorArray(tf.float32, size=0, dynamic_size=True).write(2, 5.0).write(0, 1.0)
    assert run(array.size()) == 3
    array = tf.TensorArray(tf.float32, size=0, dynamic_size=True, element_shape=[]).write(1, 5.0)
    # What was never written is zero where its shape is known.
    assert run(array.stack()).tolist() == [0.0, 5.0]


def test_nothing(run):
    assert run(tf.TensorArray(tf.float32, size=0, element_shape=[3]).stack()).shape == (0, 3)
    assert run(tf.TensorArray(tf.float32, size=0, element_shape=[2, 3]).concat()).shape == (0, 3)


def test_close(run):
    array = tf.TensorArray(tf.float32, size=1).write(0, 3.0)
    with tf.control_dependencies([array.close()]):
        value = array.read(0)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Tried to read from index 0 but array size is: 0"):
        run(value)


def test_identity_waits(run):
    count = tf.get_variable("count", initializer=0)
    array = tf.TensorArray(tf.float32, size=1).write(0, 7.0)
    with tf.control_dependencies([tf.assign_add(count, 1)]):
        array = array.identity()
    run(tf.global_variables_initializer())
    assert run(array.read(0)) == 7.0
    assert run(count) == 1


def test_an_array_lives_in_one_run(run):
    written = tf.TensorArray(tf.float32, size=1).write(0, 7.0).stack()
    assert [run(written).tolist() for _ in range(2)] == [[7.0], [7.0]]


def ways(x):
    """Ways through an array, each differentiable."""
    array = lambda **kwargs: tf.TensorArray(x.dtype, **kwargs)  # noqa: E731
    return {
        "write and read": array(size=2).write(0, x).write(1, x * x).read(1),
        "write and stack": array(size=2).write(0, x).write(1, x * x).stack(),
        "unstack and read": array(size=4).unstack(x).read(1),
        "unstack and gather": array(size=4).unstack(x * x).gather([2, 0]),
        "scatter and concat": array(size=4).scatter([3, 1, 0, 2], x * x).concat(),
        "split and concat": array(size=2, infer_shape=False).split(x * x, [3, 1]).concat(),
        "read twice": twice(array(size=4, clear_after_read=False).unstack(x)),
    }


def twice(array):
    return array.read(1) * array.read(1)


@pytest.mark.parametrize("way", range(7))
def test_gradients(check_first_order, way):
    check_first_order(lambda x: list(ways(x).values())[way], ROWS)


def test_gradients_of_one_array_are_kept_apart(run, x):
    array = tf.TensorArray(tf.float32, size=4, clear_after_read=False).unstack(x)
    slopes = [tf.gradients(array.read(index), x)[0] for index in range(2)]
    found = run(slopes, {x: ROWS})
    for index, slope in enumerate(found):
        expected = np.zeros_like(ROWS)
        expected[index] = 1
        np.testing.assert_array_equal(slope, expected)


def test_gradient_arrays_with_more_axes(run):
    array = tf.TensorArray(tf.float32, size=2).write(0, [1.0, 2.0])
    handle, flow = tensor_array_grad_with_shape(array.handle, array.flow, [3], source="here")
    grads = tf.TensorArray(tf.float32, handle=handle, flow=flow, infer_shape=False)
    assert run(grads.read(0)).shape == (3, 2)


def test_gradients_need_a_name_that_says_so(x):
    stacked = tf.TensorArray(tf.float32, size=4).unstack(x).stack()
    with pytest.raises(ValueError, match="name to start with gradients"):
        tf.gradients(stacked, x, name="slopes")


@pytest.mark.parametrize(
    ("use", "text"),
    [
        (lambda a: a.write(2, 1.0).stack(), "Tried to write to index 2 but array is not resizeable and size is: 2"),
        (lambda a: a.write(-1, 1.0).stack(), "Tried to write to index -1"),
        (lambda a: a.write(0, 1.0).write(0, 2.0).read(0), "index 0 because it has already been written to"),
        (lambda a: a.read(5), "Tried to read from index 5 but array size is: 2"),
        (lambda a: a.read(0), "It was never written, and the element shape is not fully defined"),
        (lambda a: a.write(0, 1.0).stack(), "Could not read from TensorArray index 1"),
        (
            lambda a: a.write(0, tf.constant(1)).read(0),
            "TensorArray dtype is float32 but Op is trying to use",
        ),
        (lambda a: a.scatter([0], [1.0, 2.0]).read(0), "Expected len(indices) == values.shape[0]"),
        (lambda a: a.split([1.0, 2.0], [1, 2]).read(0), "Expected sum of lengths to be equal to values.shape[0]"),
        (lambda a: a.split([1.0, 2.0], [2]).read(0), "TensorArray's size is not equal to the size of lengths"),
        (lambda a: a.write(0, 1.0).write(1, 1.0).concat(), "Concat saw a scalar shape at index 0"),
        (lambda a: twice(a.write(1, 1.0)), "Could not read index 1 twice because it was cleared"),
    ],
)
def test_failures(run, use, text):
    array = tf.TensorArray(tf.float32, size=2, infer_shape=False, tensor_array_name="mine")
    with pytest.raises(tf.errors.InvalidArgumentError) as failure:
        run(use(array))
    assert text in str(failure.value)


def test_values_of_another_shape_fail(run):
    fed = tf.placeholder(tf.float32)
    array = tf.TensorArray(tf.float32, size=2).write(0, fed).write(1, [1.0, 2.0])
    with pytest.raises(tf.errors.InvalidArgumentError, match="incompatible with the TensorArray's inferred element"):
        run(array.stack(), {fed: [1.0, 2.0, 3.0]})


def test_sizes_below_zero_fail(run):
    with pytest.raises(tf.errors.InvalidArgumentError, match="Size should be >= 0, got -1"):
        run(tf.TensorArray(tf.float32, size=-1).size("size").op.graph.get_operation_by_name("TensorArray").outputs[1])


def test_refusals():
    array = tf.TensorArray(tf.float32, size=2)
    with pytest.raises(ValueError, match=r"Inconsistent shapes: saw \(3,\) but expected \(2,\)"):
        array.write(0, [1.0, 2.0]).write(1, [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="`size` must be provided"):
        tf.TensorArray(tf.float32)
    with pytest.raises(ValueError, match="both `handle` and `size`"):
        tf.TensorArray(tf.float32, size=1, handle=array.handle, flow=array.flow)
    with pytest.raises(TypeError, match="Expected `handle` to be a Tensor, but got 3"):
        tf.TensorArray(tf.float32, handle=3)
    with pytest.raises(ValueError, match="flow must not be None"):
        tf.TensorArray(tf.float32, handle=array.handle)


def test_stacks(run):
    stack = stack_nodes.stack_v2(2, tf.float32)
    first = stack_nodes.stack_push_v2(stack, [1.0])
    with tf.control_dependencies([first]):
        second = stack_nodes.stack_push_v2(stack, 2.0)
    with tf.control_dependencies([second]):
        last = stack_nodes.stack_pop_v2(stack, tf.float32)
    with tf.control_dependencies([last]):
        before = stack_nodes.stack_pop_v2(stack, tf.float32)
    assert run(last) == 2.0
    assert run(before).tolist() == [1.0]
    with tf.control_dependencies([before]):
        empty = stack_nodes.stack_pop_v2(stack, tf.float32)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Stack is empty"):
        run(empty)
    with tf.control_dependencies([second]):
        third = stack_nodes.stack_push_v2(stack, 3.0)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"Stack overflowed its max_size \(2\)"):
        run(third)
    run(stack_nodes.stack_close_v2(stack))


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as new:
        yield new


def test_strings_are_scattered_as_scalars(session):
    words = tf.constant(["a", "bc", "d"])
    assert session.run(tf.map_fn(tf.strings.length, words, dtype=tf.int32)).tolist() == [1, 2, 1]
    assert session.run(tf.TensorArray(tf.string, 3).unstack(words).read(1)) == b"bc"
