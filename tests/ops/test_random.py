import numpy as np
import pytest

from convflow.core import errors
from convflow.core.shape import TensorShape
from convflow.graph.seeds import set_random_seed
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder
from convflow.ops.random import random_normal, random_shuffle, random_uniform, truncated_normal
from convflow.ops.random_discrete import multinomial
from convflow.runtime.session import Session

FUNCTIONS = [random_uniform, random_normal, truncated_normal]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_shape_and_type(run, function, dtype):
    x = function([3, 4], dtype=dtype, seed=1)
    assert x.dtype.name == dtype and x.shape.as_list() == [3, 4]
    value = run(x)
    assert value.shape == (3, 4) and value.dtype == x.dtype.as_numpy_dtype


def test_distributions(run):
    set_random_seed(3)
    count = 200_000
    uniform, scaled, normal, truncated = run(
        [
            random_uniform([count]),
            random_uniform([count], -2.0, 3.0),
            random_normal([count], 5.0, 2.0),
            truncated_normal([count], 1.0, 0.5),
        ]
    )
    assert uniform.min() >= 0 and uniform.max() < 1
    np.testing.assert_allclose([uniform.mean(), uniform.std()], [0.5, 12**-0.5], atol=5e-3)
    assert -2 <= scaled.min() < -1.99 and 2.99 < scaled.max() < 3
    np.testing.assert_allclose([normal.mean(), normal.std()], [5, 2], atol=2e-2)
    assert np.abs(truncated - 1).max() < 1
    np.testing.assert_allclose([truncated.mean(), truncated.std()], [1, 0.5 * 0.8796], atol=5e-3)


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_integers(run, dtype):
    x = run(random_uniform([5000], -2, 4, dtype=dtype, seed=5))
    assert x.dtype == dtype
    assert set(x.tolist()) == {-2, -1, 0, 1, 2, 3}


def test_known_numbers(run):
    """What TensorFlow draws for these seeds."""
    uniform = [0.9522714614868164, 0.6774077415466309, 0.7953182458877563]
    normal = [0.4384498596191406, 0.7244957685470581, -0.3526592254638672]
    np.testing.assert_array_equal(run(random_uniform([3], seed=42)), np.float32(uniform))
    np.testing.assert_allclose(run(random_normal([3], 1.0, 2.0, seed=42)), normal, rtol=3e-7)


def test_a_node_goes_on_in_its_stream_and_a_session_begins_anew(graph):
    x, y = random_uniform([2], seed=7), random_uniform([2], seed=7)
    with Session(graph=graph) as session:
        first, second = session.run(x), session.run(x)
        both = session.run([x, y])
        assert not np.array_equal(first, second)
        # Another plan of the same session goes on where the last one stopped; the other node has its own stream.
        np.testing.assert_array_equal(both[1], first)
        assert not np.array_equal(both[0], first) and not np.array_equal(both[0], second)
    with Session(graph=graph) as session:
        np.testing.assert_array_equal(session.run(x), first)


def test_seeds(graph, run):
    assert random_uniform([2]).op.attrs["seed2"] == 0
    assert random_uniform([2], seed=9).op.attrs["seed"] == 87654321
    set_random_seed(4)
    x, y = random_normal([4]), random_normal([4])
    seeds = [tensor.op.inputs[0].op.inputs[0].op.attrs for tensor in (x, y)]
    assert [attrs["seed"] for attrs in seeds] == [4, 4] and seeds[0]["seed2"] != seeds[1]["seed2"]
    assert not np.array_equal(*run([x, y]))


def test_without_seeds_every_session_differs(graph):
    x = random_normal([4])
    values = [Session(graph=graph).run(x) for _ in range(2)]
    assert not np.array_equal(*values)


def test_shapes_in_every_form(run):
    sizes = placeholder("int32", [2])
    for shape in ([2, 3], (2, 3), np.array([2, 3]), TensorShape([2, 3]), constant([2, 3]), [constant(2), 3]):
        assert random_normal(shape).shape.as_list() == [2, 3]
    assert run(random_normal([])).shape == ()
    assert run(random_normal([0, 3])).shape == (0, 3)
    x = random_uniform(sizes)
    assert x.shape.as_list() == [None, None]
    assert run(x, {sizes: [4, 1]}).shape == (4, 1)
    assert random_normal([3, 2], mean=[0.0, 100.0]).shape.as_list() == [3, 2]


def test_refusals(run):
    with pytest.raises(ValueError, match=r"invalid value .*int8.*Accepted dtypes are float16"):
        random_uniform([2], dtype="int8")
    with pytest.raises(ValueError, match="Must specify maxval for integer dtype"):
        random_uniform([2], dtype="int32")
    with pytest.raises(ValueError, match=r"-1 must be >= 0: shape is \[2, -1\]"):
        random_normal([2, -1])
    with pytest.raises(ValueError, match="rank 1 but is rank 0"):
        random_normal(3)
    with pytest.raises(errors.InvalidArgumentError, match="Need minval < maxval, got 3 >= 3"):
        run(random_uniform([2], 3, 3, dtype="int32"))
    sizes = placeholder("int32")
    with pytest.raises(errors.InvalidArgumentError, match="-4 must be >= 0"):
        run(random_normal(sizes), {sizes: [-4]})


@pytest.mark.parametrize("dtype", ["float32", "int64", "object"])
def test_shuffle(run, dtype):
    rows = np.arange(20).reshape(10, 2)
    values = rows.astype(str) if dtype == "object" else rows.astype(dtype)
    shuffled = run(random_shuffle(values, seed=1))
    assert shuffled.shape == values.shape
    back = shuffled.astype(int) if dtype != "object" else np.vectorize(int)(shuffled)
    assert not np.array_equal(back, rows)
    np.testing.assert_array_equal(back[np.argsort(back[:, 0])], rows)
    assert run(random_shuffle(5.0)) == 5.0


def test_multinomial(run):
    logits = np.log(np.array([[0.2, 0.8, 1e-30], [0.5, 1e-30, 0.5]], np.float32))
    draws = multinomial(logits, 4000, seed=2)
    assert draws.shape.as_list() == [2, 4000]
    value = run(draws)
    assert value.dtype == np.int64
    np.testing.assert_allclose([(value[0] == 1).mean(), (value[1] == 2).mean()], [0.8, 0.5], atol=0.03)
    assert run(multinomial(logits, 3, output_dtype="int32")).dtype == np.int32
    with pytest.raises(ValueError, match="logits must be rank 2"):
        multinomial([0.5, 0.5], 3)
