"""Changing rows of variables: values against plain NumPy, what is refused, of references."""

import numpy as np
import pytest

import convflow as tf
from convflow.core import errors
from convflow.ops import scatter

APPLIED = {
    "update": lambda row, update: update,
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": lambda row, update: row / update if row.dtype.kind in "fc" else np.trunc(row / update).astype(row.dtype),
    "min": np.minimum,
    "max": np.maximum,
}
ROWS = np.array([[1, 2], [3, 4], [5, 6], [7, 8]])


def one_after_the_other(kind, values, indices, updates):
    values = values.copy()
    rows = np.broadcast_to(updates, (*np.shape(indices), *values.shape[1:])).reshape(-1, *values.shape[1:])
    for index, update in zip(np.ravel(indices), rows, strict=True):
        values[index] = APPLIED[kind](values[index], update)
    return values


def updated(kind, values, indices, updates, run, function="scatter_", **kwargs):
    variable = tf.Variable(values)
    node = getattr(scatter, function + kind)(variable, indices, np.asarray(updates, values.dtype), **kwargs)
    run(variable.initializer)
    return run(node)


@pytest.mark.parametrize("kind", list(APPLIED))
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int32", "int64"])
@pytest.mark.parametrize(
    ("indices", "updates"),
    [
        ([2, 0], [[5, 2], [4, 3]]),
        ([1, 1, 3, 1], [[1, 2], [3, 4], [5, 6], [7, 8]]),
        ([[0, 1], [1, 0]], [[[2, 3], [4, 5]], [[6, 7], [8, 9]]]),
        (3, [2, 5]),
        ([0, 2], 3),
        (np.zeros([0], np.int32), np.zeros([0, 2])),
    ],
)
def test_rows(run, kind, dtype, indices, updates):
    values = ROWS.astype(dtype)
    found = updated(kind, values, indices, updates, run)
    expected = one_after_the_other(kind, values, indices, np.asarray(updates, dtype))
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == values.dtype


@pytest.mark.parametrize("kind", ["update", "add", "sub", "min", "max"])
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_slices_by_coordinates(run, kind, depth):
    random = np.random.default_rng(3)
    values = random.normal(size=(3, 2, 4))
    indices = np.stack([random.integers(0, size, 5) for size in values.shape[:depth]], -1)
    updates = random.normal(size=(5, *values.shape[depth:]))
    found = updated(kind, values, indices, updates, run, function="scatter_nd_")
    expected = values.copy()
    for place, update in zip(indices, updates, strict=True):
        expected[tuple(place)] = APPLIED[kind](expected[tuple(place)], update)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_no_coordinates_mean_the_whole_variable(run):
    variable = tf.Variable([1.0, 2.0])
    node = scatter.scatter_nd_add(variable, np.zeros([2, 0], np.int32), [[1.0, 1.0], [2.0, 3.0]])
    run(variable.initializer)
    np.testing.assert_array_equal(run(node), [4.0, 6.0])


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "bool", "complex64"])
def test_other_types(run, dtype):
    values = np.array([0, 1, 1, 0]).astype(dtype)
    np.testing.assert_array_equal(updated("update", values, [0, 3], [1, 1], run), np.ones(4, dtype))
    if dtype != "bool":
        np.testing.assert_array_equal(updated("add", values, [0, 0], [1, 2], run), np.array([3, 1, 1, 0], dtype))


def test_text(run):
    variable = tf.Variable(["a", "b", "c"])
    run(variable.initializer)
    assert run(scatter.scatter_update(variable, [2, 0], ["x", "y"])).tolist() == [b"y", b"b", b"x"]


def test_batches(run):
    variable = tf.Variable(np.zeros((2, 3, 2), np.float32))
    run(variable.initializer)
    found = run(scatter.batch_scatter_update(variable, [[0, 2], [1, 0]], np.arange(8).reshape(2, 2, 2)))
    np.testing.assert_array_equal(found, [[[0, 1], [0, 0], [2, 3]], [[6, 7], [4, 5], [0, 0]]])


def test_the_variable_changes_in_place(run):
    variable = tf.Variable(np.zeros(3, np.float32))
    run(variable.initializer)
    run(scatter.scatter_add(variable, [1], [2.0]))
    run(scatter.scatter_add(variable, [1], [2.0]))
    assert run(variable).tolist() == [0, 4, 0]


def test_indices_outside_are_refused_and_nothing_changes(run):
    variable = tf.Variable(np.zeros((5, 2), np.float32))
    run(variable.initializer)
    with pytest.raises(errors.InvalidArgumentError, match=r"indices\[1\] = 7 is not in \[0, 5\)"):
        run(scatter.scatter_add(variable, [0, 7], [[1.0, 2.0], [1.0, 2.0]]))
    with pytest.raises(errors.InvalidArgumentError, match=r"indices\[0\] = \[1, 2\] is not an index into .*\[5, 2\]"):
        run(scatter.scatter_nd_update(variable, [[1, 2]], [1.0]))
    with pytest.raises(errors.InvalidArgumentError, match=r"indices\[0\] = -1 is not in"):
        run(scatter.scatter_update(variable, [-1], [[1.0, 2.0]]))
    assert not run(variable).any()


def test_shapes_are_refused_where_the_node_is_made():
    variable = tf.Variable(np.zeros((5, 2), np.float32))
    with pytest.raises(ValueError, match=r"updates has shape \(1, 2\).*\(5, 2\) and indices \(3,\).*\(3, 2\), or a sc"):
        scatter.scatter_add(variable, [1, 2, 3], [[1.0, 2.0]])
    with pytest.raises(ValueError, match=r"indices \(1, 3\) hold 3 coordinates.*at most its rank"):
        scatter.scatter_nd_add(variable, [[1, 2, 3]], [[1.0, 2.0]])
    with pytest.raises(ValueError, match=r"updates has shape \(3,\).*must be \(1, 2\)"):
        scatter.scatter_nd_sub(variable, [[1]], [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="at least rank 1"):
        scatter.scatter_mul(tf.Variable(1.0), [0], [1.0])
    with pytest.raises(AttributeError, match="cannot be assigned to"):
        scatter.scatter_div(tf.constant([1.0]), [0], [1.0])


def test_shapes_found_out_in_running_are_refused_alike(run):
    variable = tf.Variable(np.zeros((5, 2), np.float32))
    updates = tf.placeholder(tf.float32)
    run(variable.initializer)
    for node in (scatter.scatter_min(variable, [1, 2, 3], updates), scatter.scatter_nd_max(variable, [[1]], updates)):
        with pytest.raises(errors.InvalidArgumentError, match=r"updates has shape \(4, 2\)"):
            run(node, {updates: np.zeros((4, 2))})


@pytest.mark.parametrize("dtype", ["float64", "int32", "bool"])
def test_adding_to_a_copy(run, dtype):
    values = np.array([[0, 1], [1, 0]]).astype(dtype)
    copy = scatter.scatter_nd_non_aliasing_add(tf.constant(values), [[0, 0], [0, 0]], np.array([1, 1], dtype))
    expected = values.copy()
    expected[0, 0] = values.dtype.type(2) if dtype != "bool" else True
    np.testing.assert_array_equal(run(copy), expected)


def test_adding_to_a_copy_has_a_gradient(check_gradients):
    check_gradients(
        lambda x, u: scatter.scatter_nd_non_aliasing_add(x, [[0], [2], [0]], u),
        np.random.default_rng(1).normal(size=(3, 2)),
        np.random.default_rng(2).normal(size=(3, 2)),
    )
