"""Writing, counting and temporary variables: values, and what is refused."""

import threading

import numpy as np
import pytest

import convflow as tf
from convflow.core import errors
from convflow.ops import resource, state

KINDS = pytest.mark.parametrize("use_resource", [False, True], ids=["reference", "handle"])


@KINDS
def test_assignments_follow_each_other(run, use_resource):
    variable = tf.Variable([1.0, 2.0], use_resource=use_resource)
    run(variable.initializer)
    run(tf.assign(variable, [3.0, 4.0]))
    run(tf.assign_add(variable, [1.0, 1.0]))
    assert run(tf.assign_sub(variable, [0.5, 0.5])).tolist() == [3.5, 4.5]
    assert run(variable).tolist() == [3.5, 4.5]
    assert run(variable.assign([0.0, 0.0], read_value=False)) is None
    assert run(variable.read_value()).tolist() == [0, 0]


@KINDS
@pytest.mark.parametrize("dtype", ["float16", "int8", "uint16", "uint64", "int64", "complex64", "float64"])
def test_types(run, dtype, use_resource):
    variable = tf.Variable(np.array([1, 2], dtype), use_resource=use_resource)
    run(variable.initializer)
    run(variable.assign_add(np.array([1, 1], dtype)))
    found = run(variable)
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, np.array([2, 3], dtype))


@KINDS
def test_text(run, use_resource):
    variable = tf.Variable(["a", "b"], use_resource=use_resource)
    run(variable.initializer)
    assert run(variable).tolist() == [b"a", b"b"]
    run(variable.assign(["x", "y"]))
    assert run(variable).tolist() == [b"x", b"y"]


@KINDS
def test_another_shape_is_refused(run, use_resource):
    variable = tf.Variable([1.0, 2.0], name="v", use_resource=use_resource)
    value = tf.placeholder(tf.float32)
    with pytest.raises(ValueError, match=r"shape \(2,\).*\(3,\)"):
        variable.assign([1.0, 2.0, 3.0])
    node = variable.assign(value)
    run(variable.initializer)
    with pytest.raises(errors.InvalidArgumentError, match=r"v.*has shape \(2,\), *(the value|the value) \(3,\)"):
        run(node, {value: [1.0, 2.0, 3.0]})
    assert run(variable).tolist() == [1, 2]


def test_without_validation_the_shape_changes(run):
    variable = tf.Variable([1.0, 2.0], validate_shape=False)
    run(variable.initializer)
    run(tf.assign(variable, [[1.0]], validate_shape=False))
    assert run(variable).shape == (1, 1)
    assert variable.shape.rank is None


@KINDS
def test_counting_ends_at_the_limit(run, use_resource):
    number = tf.Variable(0, name="number", use_resource=use_resource)
    following = number.count_up_to(3)
    run(number.initializer)
    assert [int(run(following)) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(errors.OutOfRangeError, match=r"Reached limit of 3: the variable number is 3"):
        run(following)
    assert run(number) == 3


def test_counting_is_for_whole_scalars():
    with pytest.raises(TypeError, match="not in list of allowed values: int32, int64"):
        tf.count_up_to(tf.Variable(1.0), 3)
    with pytest.raises(ValueError, match="must be rank 0"):
        tf.count_up_to(tf.Variable([1]), 3)


@KINDS
def test_initialized_or_not(run, use_resource):
    variable = tf.Variable(1.0, use_resource=use_resource)
    known = tf.is_variable_initialized(variable)
    assert not run(known)
    with pytest.raises(errors.FailedPreconditionError, match="uninitialized value Variable"):
        run(variable + 1.0)
    run(variable.initializer)
    assert run(known)


def test_temporary_variables_live_for_one_run(run):
    shape = [2]
    reference = state.temporary_variable(shape, tf.float32, var_name="sum")
    filled = tf.assign(reference, [0.0, 0.0])
    with tf.control_dependencies([filled]):
        first = tf.assign_add(filled, [1.0, 2.0])
    last = state.destroy_temporary_variable(tf.assign_add(first, [3.0, 4.0]), "sum")
    for _ in range(2):
        assert run(last).tolist() == [4, 6]


def test_a_handle_can_be_let_go(run):
    variable = tf.Variable(1.0, use_resource=True, name="gone")
    run(variable.initializer)
    run(resource.destroy_resource_op(variable.handle))
    assert not run(variable.is_initialized())
    run(resource.destroy_resource_op(variable.handle))
    with pytest.raises(errors.FailedPreconditionError, match="gone"):
        run(resource.destroy_resource_op(variable.handle, ignore_lookup_error=False))


def test_what_was_read_through_a_handle_stays(run):
    variable = tf.Variable([1.0, 2.0], use_resource=True)
    run(variable.initializer)
    before = variable.read_value()
    with tf.control_dependencies([before]):
        changed = variable.assign_add([10.0, 10.0])
    with tf.control_dependencies([changed.op]):
        later = tf.identity(before)
    old, new = run([later, changed])
    assert old.tolist() == [1, 2]
    assert new.tolist() == [11, 12]


def test_reads_through_a_reference_share_its_memory(run):
    variable = tf.Variable([1.0, 2.0])
    run(variable.initializer)
    changed = variable.assign_add([10.0, 10.0])
    with tf.control_dependencies([changed]):
        assert run(tf.identity(variable.value())).tolist() == [11, 12]


def test_rows_through_a_handle(run):
    variable = tf.Variable(np.arange(12.0).reshape(4, 3), use_resource=True)
    run(variable.initializer)
    assert run(tf.gather(variable, [[3, 0]])).tolist() == [[[9, 10, 11], [0, 1, 2]]]
    assert run(tf.gather_nd(variable, [[3, 0], [1, 2]])).tolist() == [9, 5]
    batched = resource.resource_gather(variable.handle, [[0, 2], [1, 1], [0, 0], [2, 0]], tf.float64, batch_dims=1)
    assert run(batched).tolist() == [[0, 2], [4, 4], [6, 6], [11, 9]]
    with pytest.raises(errors.InvalidArgumentError, match=r"indices holds 4, which is not in \[0, 4\)"):
        run(variable.sparse_read([0, 4]))


def test_the_shape_behind_a_handle(run):
    known = tf.Variable(tf.zeros([2, 3]), use_resource=True)
    unknown = tf.Variable(tf.placeholder_with_default(tf.zeros([2, 3]), None), use_resource=True, validate_shape=False)
    run([known.initializer, unknown.initializer])
    for variable in (known, unknown):
        assert run(resource.variable_shape(variable.handle)).tolist() == [2, 3]
    assert run(resource.variable_shape(unknown.handle, tf.int64)).dtype == np.int64


@pytest.mark.parametrize("kind", ["update", "add", "sub", "mul", "div", "min", "max"])
def test_rows_change_alike_through_handles(run, kind):
    found = []
    for use_resource in (False, True):
        variable = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], use_resource=use_resource)
        run(variable.initializer)
        delta = tf.IndexedSlices([[2.0, 3.0], [4.0, 5.0]], [2, 2])
        found.append(run(getattr(variable, f"scatter_{kind}")(delta)))
    np.testing.assert_array_equal(*found)


@pytest.mark.parametrize("kind", ["update", "add", "sub", "min", "max"])
def test_slices_change_alike_through_handles(run, kind):
    from convflow.ops import scatter

    # scatter_nd_min and scatter_nd_max among them.
    function = getattr(scatter, f"scatter_nd_{kind}")
    found = []
    for use_resource in (False, True):
        variable = tf.Variable([[1.0, 2.0], [3.0, 4.0]], use_resource=use_resource)
        run(variable.initializer)
        found.append(run(function(variable, [[0, 1], [1, 0]], [9.0, -9.0])))
    np.testing.assert_array_equal(*found)


@KINDS
def test_parts_are_assigned(run, use_resource):
    variable = tf.Variable([1.0, 2.0, 3.0], use_resource=use_resource)
    run(variable.initializer)
    assert run(variable[1:].assign([7.0, 8.0])).tolist() == [1, 7, 8]
    with pytest.raises(ValueError, match="slice of the variable"):
        variable[1:].assign([7.0])


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as new:
        yield new


def _in_threads(function, count=4):
    threads = [threading.Thread(target=function) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("use_resource", [False, True])
def test_threads_that_count_lose_nothing(session, use_resource):
    variable = tf.get_variable("n", initializer=tf.constant(0, tf.int64), use_resource=use_resource)
    counted, seen = tf.count_up_to(variable, 2000), []

    def count():
        with pytest.raises(tf.errors.OutOfRangeError):
            while True:
                seen.append(session.run(counted))

    session.run(variable.initializer)
    _in_threads(count)
    assert sorted(seen) == list(range(2000))


@pytest.mark.parametrize("use_resource", [False, True])
def test_threads_that_add_lose_nothing(session, use_resource):
    variable = tf.get_variable("n", initializer=tf.zeros([3]), use_resource=use_resource)
    added = tf.assign_add(variable, tf.ones([3]), use_locking=True).op
    session.run(variable.initializer)
    _in_threads(lambda: [session.run(added) for _ in range(500)])
    assert session.run(variable).tolist() == [2000.0] * 3
