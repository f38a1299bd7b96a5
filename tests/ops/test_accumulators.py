"""Accumulators: what they take, drop and give; figures and refusals are those that TensorFlow gives."""

import threading

import numpy as np
import pytest

import convflow as tf


@pytest.fixture(autouse=True)
def _graph():
    with tf.Graph().as_default():
        yield


def _run(*nodes):
    with tf.Session() as session:
        return [session.run(node) for node in nodes]


def test_the_mean_is_taken_and_old_gradients_are_dropped():
    accumulator = tf.ConditionalAccumulator(tf.float32, shape=[2])
    first, second = accumulator.apply_grad([1.0, 2.0]), accumulator.apply_grad([5.0, 5.0], local_step=5)
    count, mean, later = accumulator.num_accumulated(), accumulator.take_grad(1), accumulator.set_global_step(6)
    assert mean.shape.as_list() == [2] and count.shape.as_list() == []
    with tf.Session() as session:
        session.run(first)
        session.run(second)
        assert session.run(count) == 2
        np.testing.assert_array_equal(session.run(mean), [3.0, 3.5])
        # Taking goes on to step 1: a gradient of step 0 is too old.
        session.run(first)
        assert session.run(count) == 0
        session.run(second)
        assert session.run(count) == 1
        session.run(later)
        session.run(second)
        assert session.run(count) == 1


def test_the_sum_is_taken():
    accumulator = tf.ConditionalAccumulator(tf.float64, reduction_type="SUM")
    add = accumulator.apply_grad([3.0])
    assert accumulator.take_grad(1).shape.rank is None
    with tf.Session() as session:
        session.run(add)
        session.run(add)
        assert session.run(accumulator.take_grad(2)).tolist() == [6.0]


def test_a_gradient_is_copied():
    variable = tf.Variable([1.0, 1.0])
    accumulator = tf.ConditionalAccumulator(tf.float32)
    add, mean, change = accumulator.apply_grad(variable), accumulator.take_grad(1), variable.assign([9.0, 9.0])
    with tf.Session() as session:
        session.run(variable.initializer)
        session.run(add)
        session.run(change)
        assert session.run(mean).tolist() == [1.0, 1.0]


def test_the_nodes_are_those_of_tensorflow():
    accumulator = tf.ConditionalAccumulator(tf.float32, shape=[2], shared_name="x")
    accumulator.apply_grad([1.0, 2.0], name="add")
    accumulator.num_accumulated()
    accumulator.set_global_step(2)
    accumulator.take_grad(1)
    found = [(op.type, op.name, [tensor.name for tensor in op.inputs]) for op in _operations()]
    assert found == [
        ("ResourceConditionalAccumulator", "conditional_accumulator", []),
        ("Const", "Const", []),
        ("Const", "Const_1", []),
        ("Cast", "Cast", ["Const_1:0"]),
        ("ResourceAccumulatorApplyGradient", "add", ["conditional_accumulator:0", "Cast:0", "Const:0"]),
        ("ResourceAccumulatorNumAccumulated", "conditional_accumulator_NumAccumulated", ["conditional_accumulator:0"]),
        ("Const", "Const_2", []),
        ("Cast", "Cast_1", ["Const_2:0"]),
        (
            "ResourceAccumulatorSetGlobalStep",
            "ResourceAccumulatorSetGlobalStep",
            ["conditional_accumulator:0", "Cast_1:0"],
        ),
        ("Const", "ResourceAccumulatorTakeGradient/num_required", []),
        (
            "ResourceAccumulatorTakeGradient",
            "ResourceAccumulatorTakeGradient",
            ["conditional_accumulator:0", "ResourceAccumulatorTakeGradient/num_required:0"],
        ),
    ]
    assert accumulator.accumulator_ref.dtype == tf.resource and accumulator.accumulator_ref.shape.as_list() == [2]
    assert (accumulator.name, accumulator.dtype) == ("conditional_accumulator", tf.float32)


def _operations():
    return tf.get_default_graph().get_operations()


def test_refusals_of_dense_gradients():
    accumulator = tf.ConditionalAccumulator(tf.float32, shape=[2])
    with pytest.raises(ValueError, match=r"\(3,\) and \(2,\) are incompatible"):
        accumulator.apply_grad([1.0, 2.0, 3.0])
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"takes gradients of shape \(2,\), got \(3,\)"):
        _run(accumulator.apply_grad(tf.placeholder_with_default([1.0, 2.0, 3.0], None)))
    with pytest.raises(tf.errors.InvalidArgumentError, match="num_required must be positive, got 0"):
        _run(accumulator.take_grad(0))
    with pytest.raises(ValueError, match=r"'reduction_type' .* allowed values .*: 'MEAN', 'SUM'"):
        tf.ConditionalAccumulator(tf.float32, reduction_type="X")
    with pytest.raises(TypeError, match="string"):
        tf.ConditionalAccumulator(tf.string)
    unknown = tf.ConditionalAccumulator(tf.float32)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"\(2,\), got \(3,\)"):
        _run(unknown.apply_grad([1.0, 2.0]), unknown.apply_grad([1.0, 2.0, 3.0]))


def test_accumulators_of_one_name_are_one_and_must_agree():
    one = tf.ConditionalAccumulator(tf.float32, shared_name="shared")
    two = tf.ConditionalAccumulator(tf.float32, shared_name="shared")
    other = tf.ConditionalAccumulator(tf.float64, shared_name="shared")
    assert _run(one.apply_grad([2.0]), two.take_grad(1))[1].tolist() == [2.0]
    with pytest.raises(tf.errors.InvalidArgumentError, match="another shared_name"):
        _run(one.apply_grad([2.0]), other.num_accumulated())


def test_each_row_of_a_sparse_mean_counts_for_itself():
    accumulator = tf.SparseConditionalAccumulator(tf.float32, shape=[4, 2])
    first = accumulator.apply_grad([1, 3], [[1.0, 2.0], [3.0, 4.0]], [4, 2])
    slices = tf.IndexedSlices(tf.constant([[1.0, 1.0], [1.0, 1.0]]), tf.constant([3, 0], tf.int64))
    second = accumulator.apply_indexed_slices_grad(slices, local_step=7)
    mean = accumulator.take_indexed_slices_grad(2)
    assert accumulator.accumulator_ref.dtype._is_ref_dtype and accumulator.accumulator_ref.shape.as_list() == [2]
    with tf.Session() as session:
        session.run(first)
        session.run(second)
        assert session.run(accumulator.num_accumulated()) == 2
        found = session.run(mean)
    assert found.indices.tolist() == [1, 3, 0]
    assert found.values.tolist() == [[1.0, 2.0], [2.0, 2.5], [1.0, 1.0]]
    assert found.dense_shape.tolist() == [4, 2]


def test_rows_that_do_not_ascend_are_merged_as_they_come():
    accumulator = tf.SparseConditionalAccumulator(tf.float32, shape=[4, 2])
    gradients = [
        ([1, 1], [[1.0, 2.0], [3.0, 4.0]]),
        ([-1], [[1.0, 2.0]]),
        ([3, 1], [[1.0, 2.0], [4.0, 4.0]]),
    ]
    added = [accumulator.apply_grad(indices, values) for indices, values in gradients]
    *_, found = _run(*added, accumulator.take_grad(1))
    assert found.indices.tolist() == [-1, 1, 1, 3, 1]
    assert found.values.tolist() == [[1.0, 2.0], [1.0, 2.0], [3.0, 4.0], [1.0, 2.0], [4.0, 4.0]]
    assert found.shape.tolist() == [4, 2]


def test_the_number_of_rows_may_be_unknown():
    accumulator = tf.SparseConditionalAccumulator(tf.float32, reduction_type="SUM")
    *_, found = _run(
        accumulator.apply_grad([1], [[1.0, 2.0]]),
        accumulator.apply_grad([1, 7], [[1.0, 2.0], [1.0, 5.0]], [9, 2]),
        accumulator.take_grad(2),
    )
    assert (found.indices.tolist(), found.values.tolist()) == ([1, 7], [[2.0, 4.0], [1.0, 5.0]])
    assert found.shape.tolist() == [-1, 2]


@pytest.mark.parametrize(
    ("indices", "values", "shape", "text"),
    [
        ([1], [[1.0, 2.0, 3.0]], None, r"takes gradients of shape \(4, 2\), got \(\?, 3\)"),
        ([9], [[1.0, 2.0]], None, "has the index 9, but the accumulator is for tensors of 4 rows"),
        ([1], [[1.0, 2.0]], [5, 2], r"takes gradients of shape \(4, 2\), got \(5, 2\)"),
        ([[1]], [[1.0, 2.0]], None, r"indices of shape \(1, 1\)"),
        ([1, 2], [[1.0, 2.0]], None, r"indices of shape \(2,\) and values of shape \(1, 2\)"),
    ],
)
def test_refusals_of_sparse_gradients(indices, values, shape, text):
    accumulator = tf.SparseConditionalAccumulator(tf.float32, shape=[4, 2])
    with pytest.raises(tf.errors.InvalidArgumentError, match=text):
        _run(accumulator.apply_grad(indices, values, shape))


def test_taking_waits_for_gradients_of_other_threads():
    accumulator = tf.ConditionalAccumulator(tf.float32)
    add, mean = accumulator.apply_grad([4.0]), accumulator.take_grad(3)
    with tf.Session() as session:
        found = []
        waiting = threading.Thread(target=lambda: found.append(session.run(mean)))
        waiting.start()
        for _ in range(3):
            session.run(add)
        waiting.join()
    assert found[0].tolist() == [4.0]


def test_who_waits_is_let_go_when_the_session_closes():
    accumulator = tf.SparseConditionalAccumulator(tf.float32)
    mean, count = accumulator.take_grad(1), accumulator.num_accumulated()
    session = tf.Session()
    session.run(count)
    raised = []

    def wait():
        try:
            session.run(mean)
        except tf.errors.CancelledError as error:
            raised.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    while waiting.is_alive():
        session.close()
        waiting.join(0.05)
    assert len(raised) == 1


def test_a_graph_of_old_has_references_for_handles():
    handle = tf.raw_ops.ConditionalAccumulator(dtype=tf.float32, shape=[1])
    add = tf.raw_ops.AccumulatorApplyGradient(handle=handle, local_step=0, gradient=[2.0])
    step = tf.raw_ops.AccumulatorSetGlobalStep(handle=handle, new_global_step=0)
    count = tf.raw_ops.AccumulatorNumAccumulated(handle=handle)
    mean = tf.raw_ops.AccumulatorTakeGradient(handle=handle, num_required=1, dtype=tf.float32)
    assert handle.dtype._is_ref_dtype
    _, _, found, value = _run(step, add, count, mean)
    assert (found, value.tolist()) == (1, [2.0])
