"""tf.while_loop: what it computes, its gradients, what stays outside, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import convflow as tf

X = np.array([1.0, 2.0, 3.0], np.float32)


@pytest.fixture
def x():
    return tf.placeholder(tf.float32, [3], name="x")


@pytest.fixture
def n():
    return tf.placeholder(tf.int32, [], name="n")


def power(x, n):
    """x to the n-th power."""
    return tf.while_loop(lambda i, a: i < n, lambda i, a: (i + 1, a * x), [0, tf.ones([3])])[1]


@pytest.mark.parametrize("count", [0, 1, 5])
def test_as_often_as_the_condition_holds(run, x, n, count):
    np.testing.assert_array_equal(run(power(x, n), {x: X, n: count}), X**count)


def test_values_change_places(run):
    fibonacci = tf.while_loop(lambda i, a, b: i < 10, lambda i, a, b: (i + 1, b, a + b), [0, 0, 1])
    assert run(fibonacci) == (10, 55, 89)


def test_one_variable_is_returned_by_itself(run):
    assert run(tf.while_loop(lambda i: i < 10, lambda i: i + 3, [0])) == 12
    assert run(tf.while_loop(lambda i: i < 10, lambda i: [i + 3], [0], return_same_structure=True)) == [12]
    assert run(tf.while_loop(lambda i: i < 10, lambda i: i + 3, [0], maximum_iterations=2)) == 6


def test_structures(run, n):
    def body(i, values):
        return i + 1, {"a": values["a"] * 2, "b": (values["b"][0] + 1,)}

    i, values = tf.while_loop(lambda i, values: i < n, body, (0, {"a": 1, "b": (0,)}))
    assert run((i, values), {n: 4}) == (4, {"a": 16, "b": (4,)})


def test_maximum_iterations(run, x, n):
    doubled = tf.while_loop(lambda a: tf.constant(True), lambda a: a * 2.0, [x], maximum_iterations=n)
    np.testing.assert_array_equal(run(doubled, {x: X, n: 3}), X * 8)


def test_a_bool_goes_round(run):
    def body(go, i):
        return i < 3, i + 1

    assert run(tf.while_loop(lambda go, i: go, body, [True, 0])) == (False, 4)


def test_loops_in_loops(run, n):
    def body(i, total):
        inner = tf.while_loop(lambda j, t: j < i, lambda j, t: (j + 1, t + i * j), [0, total])
        return i + 1, inner[1]

    total = tf.while_loop(lambda i, t: i < n, body, [0, 0])[1]
    assert run(total, {n: 5}) == sum(i * j for i in range(5) for j in range(i))


def test_branches_in_loops(run, n):
    def body(i, total):
        return i + 1, tf.cond(tf.equal(i % 2, 0), lambda: total + i, lambda: total * 2)

    total = tf.while_loop(lambda i, t: i < n, body, [0, 1])[1]
    expected = 1
    for i in range(6):
        expected = expected + i if i % 2 == 0 else expected * 2
    assert run(total, {n: 6}) == expected


def test_a_loop_runs_only_in_the_branch_taken(run, n):
    count = tf.get_variable("count", initializer=0)

    def counting():
        def body(i):
            with tf.control_dependencies([tf.assign_add(count, 1)]):
                return i + tf.identity(1)

        return tf.while_loop(lambda i: i < n, body, [0])

    result = tf.cond(n > 2, counting, lambda: tf.constant(-1))
    run(tf.global_variables_initializer())
    assert run(result, {n: 1}) == -1
    assert run(count) == 0
    assert run(result, {n: 4}) == 4
    assert run(count) == 4


def test_shapes_that_change(run, x):
    grown = tf.while_loop(
        lambda i, a: i < 3,
        lambda i, a: (i + 1, tf.concat([a, a], 0)),
        [0, x],
        shape_invariants=[tf.TensorShape([]), tf.TensorShape([None])],
    )[1]
    assert grown.shape.as_list() == [None]
    assert run(grown, {x: X}).shape == (24,)


def test_sparse_tensors_go_round(run):
    sparse = tf.SparseTensor([[0, 1], [2, 0]], [1.0, 2.0], [3, 2])

    def body(i, s):
        return i + 1, tf.SparseTensor(s.indices, s.values * 2.0, s.dense_shape)

    _, result = tf.while_loop(lambda i, s: i < 3, body, [0, sparse])
    np.testing.assert_array_equal(run(result.values), [8.0, 16.0])


def test_only_what_is_needed_runs(run, x):
    missing = tf.placeholder(tf.float32, [3])
    result = tf.while_loop(lambda i, a, b: i < 3, lambda i, a, b: (i + 1, a + x, b + missing), [0, x, x])
    np.testing.assert_array_equal(run(result[1], {x: X}), 4 * X)
    with pytest.raises(tf.errors.InvalidArgumentError, match="You must feed a value"):
        run(result[2], {x: X})


def test_variables_in_loops(run):
    total = tf.get_variable("total", initializer=0.0)
    weight = tf.get_variable("weight", initializer=2.0)

    def body(i):
        with tf.control_dependencies([tf.assign_add(total, weight)]):
            return i + tf.identity(1)

    done = tf.while_loop(lambda i: i < 5, body, [0])
    run(tf.global_variables_initializer())
    assert run(done) == 5
    assert run(total) == 10.0


def test_random_numbers_are_new_in_every_round(run):
    array = tf.TensorArray(tf.float32, size=4)
    _, filled = tf.while_loop(
        lambda i, a: i < 4, lambda i, a: (i + 1, a.write(i, tf.random_uniform([], seed=1))), [0, array]
    )
    assert len(set(run(filled.stack()).tolist())) == 4


# Gradients


@pytest.mark.parametrize("count", [0, 1, 4])
def test_gradient_of_what_goes_round_and_of_constants(run, x, n, count):
    y = tf.while_loop(lambda i, a: i < n, lambda i, a: (i + 1, a * x), [0, x])[1]
    (slope,) = tf.gradients(y, x)
    np.testing.assert_allclose(run(slope, {x: X, n: count}), (count + 1) * X**count)


@pytest.mark.parametrize("known", [True, False])
def test_gradients_against_differences(run, check_first_order, known):
    def build(x):
        x = x if known else tf.placeholder_with_default(x, None)
        return tf.while_loop(
            lambda i, a: i < 3,
            lambda i, a: (i + 1, tf.cond(tf.equal(i, 1), lambda: tf.sin(a) * x, lambda: a + tf.exp(x))),
            [0, x * x],
        )[1]

    check_first_order(build, np.array([0.3, -0.5, 1.2]))


def test_gradients_of_nested_loops_against_differences(check_first_order):
    def build(x):
        def body(i, total):
            inner = tf.while_loop(lambda j, t: j < i, lambda j, t: (j + 1, tf.sin(t) * x), [0, total])[1]
            return i + 1, inner + total

        return tf.while_loop(lambda i, t: i < 4, body, [0, x])[1]

    check_first_order(build, np.array([0.3, -0.5]))


def test_gradients_of_rows_taken_in_a_loop(run, n):
    table = tf.get_variable("table", initializer=np.arange(8.0).reshape(4, 2))
    total = tf.while_loop(
        lambda i, t: i < n, lambda i, t: (i + 1, t + tf.reduce_sum(tf.gather(table, [i, 0]) ** 2)), [0, np.float64(0)]
    )[1]
    (slope,) = tf.gradients(total, table)
    assert isinstance(slope, tf.IndexedSlices)
    run(tf.global_variables_initializer())
    expected = np.zeros([4, 2])
    for i in range(3):
        for row in (i, 0):
            expected[row] += 2 * np.arange(8.0).reshape(4, 2)[row]
    np.testing.assert_allclose(run(tf.convert_to_tensor(slope), {n: 3}), expected)


def test_training_through_a_loop(run):
    weight = tf.get_variable("weight", initializer=0.5)
    y = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * weight), [0, 1.0])[1]
    step = tf.train.GradientDescentOptimizer(0.1).minimize(y)
    run(tf.global_variables_initializer())
    run(step)
    assert run(weight) == pytest.approx(0.5 - 0.1 * 3 * 0.25)


def test_gradients_inside_a_loop(run, x):
    slope = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a + tf.gradients(x * x, x)[0]), [0, x])[1]
    np.testing.assert_array_equal(run(slope, {x: X}), X + 3 * 2 * X)


def test_no_gradients_where_not_wanted(run, x, n):
    y = tf.while_loop(lambda i, a: i < n, lambda i, a: (i + 1, a * x), [0, x], back_prop=False)[1]
    assert tf.gradients(y, x) == [None]


def test_second_derivatives_are_refused(x, n):
    (slope,) = tf.gradients(power(x, n), x)
    with pytest.raises(TypeError, match="Second-order gradient for while loops not supported"):
        tf.gradients(slope, x)


def test_hessians_of_unknown_shapes(run):
    x = tf.placeholder(tf.float32)
    (matrix,) = tf.hessians(tf.reduce_sum(x * x * x), x)
    np.testing.assert_allclose(run(matrix, {x: X}), np.diag(6 * X))
    assert run(matrix, {x: np.ones([2, 2])}).shape == (2, 2, 2, 2)


# Outside


def test_what_stands_in_a_loop_may_not_be_fetched_or_fed(run, x, n):
    inside = []

    def body(i, a):
        inside.append(a * x)
        return i + 1, inside[0]

    y = tf.while_loop(lambda i, a: i < n, body, [0, x])[1]
    with pytest.raises(ValueError, match="not fetchable"):
        run(inside[0], {x: X, n: 1})
    with pytest.raises(ValueError, match="may not be fed"):
        run(y, {x: X, n: 1, inside[0]: X})


def test_errors_name_the_node_in_the_loop(run, n):
    y = tf.while_loop(lambda i, a: i < n, lambda i, a: (i + 1, tf.reshape(a, [i + 4], name="odd")), [0, tf.ones([4])],
                      shape_invariants=[tf.TensorShape([]), tf.TensorShape([None])])[1]  # fmt: skip
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"while/odd \(Reshape\)"):
        run(y, {n: 2})


def test_conditions_are_scalars(run, x):
    with pytest.raises(ValueError, match="input must be rank 0 but is rank 1"):
        tf.while_loop(lambda a: a < 10.0, lambda a: a + 1.0, [x])
    unknown = tf.placeholder(tf.float32)
    y = tf.while_loop(lambda a: a < 10.0, lambda a: a + 1.0, [unknown])
    with pytest.raises(tf.errors.InvalidArgumentError, match="pred must be rank 0 but is rank 1"):
        run(y, {unknown: X})


@pytest.mark.parametrize(
    ("arguments", "kind", "text"),
    [
        ({"cond": 1}, TypeError, "'cond' must be callable"),
        ({"body": None}, TypeError, "'body' must be callable"),
        ({"loop_vars": []}, ValueError, "'loop_vars' must be provided"),
        ({"parallel_iterations": 0}, TypeError, "must be a positive integer"),
        ({"maximum_iterations": [1]}, ValueError, r"must be a scalar. Received shape: \(1,\)"),
        ({"body": lambda i: (i, i)}, ValueError, "same nested structure"),
        ({"body": lambda i: {"i": i}}, TypeError, "same nested structure"),
        ({"body": lambda i: tf.stack([i, i])}, ValueError, r"enters the loop with shape \(\), but has shape \(2,\)"),
        ({"shape_invariants": [tf.TensorShape([2])]}, ValueError, "is not compatible with the initial shape"),
        ({"shape_invariants": [[1]]}, ValueError, "same nested structure"),
        ({"shape_invariants": [3]}, TypeError, "must be a tf.TensorShape, got 3"),
        ({"body": lambda i: tf.cast(i, tf.float32)}, ValueError, "enters the loop as int32, but is float32"),
    ],
)
def test_refusals(arguments, kind, text):
    with pytest.raises(kind, match=text):
        tf.while_loop(**{"cond": lambda i: i < 3, "body": lambda i: i + 1, "loop_vars": [0], **arguments})


def test_loops_in_a_meta_graph(x, n):
    power(x, n)
    (context,) = tf.get_collection(tf.GraphKeys.WHILE_CONTEXT)
    proto = context.to_proto()
    assert (proto.context_name, proto.pivot_name) == ("while/while_context", "while/LoopCond:0")
    assert list(proto.loop_exit_names) == ["while/Exit:0", "while/Exit_1:0"]
    assert proto.values_def.external_values["n:0"] == "while/Less/Enter:0"
    assert (proto.parallel_iterations, proto.back_prop) == (10, True)
