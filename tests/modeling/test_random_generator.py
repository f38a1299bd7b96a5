import numpy as np
import pytest

import convflow as tf

Generator = tf.random.experimental.Generator


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def test_numbers_and_places_are_tensorflows(session):
    """Draw after draw of one generator, with the variable's value after each: what TensorFlow 2 gives."""
    generator = Generator.from_seed(1234)
    steps = [
        (generator.normal([3]), [0.9356608986854553, 1.0854305028915405, -0.937883734703064], 2002),
        (generator.normal([2], dtype=tf.float64), [-1.1295407268330722, -0.4095742070555405], 2514),
        (generator.uniform([3]), [0.12601232528686523, 0.9137699604034424, 0.908308744430542], 3282),
        (generator.uniform([3], 1, 10, dtype=tf.int32), [2, 7, 8], 4050),
        (generator.truncated_normal([3]), [-0.78963702917099, -0.6257103681564331, 1.9745111465454102], 4818),
        (generator.uniform_full_int([2]), [10985932249870102663, 8989441819010609658], 5330),
        (generator.uniform_full_int([2], dtype=tf.uint32), [2869556282, 2429584276], 5842),
    ]
    session.run(tf.global_variables_initializer())
    assert session.run(generator.state).tolist() == [1234, 0, 0]
    for drawn, expected, place in steps:
        found = session.run(drawn)
        np.testing.assert_allclose(found, np.array(expected, found.dtype), rtol=1e-15 if found.dtype.kind == "f" else 0)
        assert session.run(generator.state).tolist() == [place, 0, 0]
    session.run(generator.skip(10))
    assert session.run(generator.state).tolist() == [5842 + 10 * 256, 0, 0]


def test_scaled(session):
    first, second = Generator.from_seed(5), Generator.from_seed(5)
    both = [first.normal([4], mean=3.0, stddev=2.0), second.normal([4])]
    session.run(tf.global_variables_initializer())
    scaled, plain = session.run(both)
    np.testing.assert_allclose(scaled, 3 + 2 * plain, rtol=1e-6)
    between = session.run(first.uniform([100], 5.0, 7.0))
    assert between.min() >= 5 and between.max() < 7
    assert session.run(first.normal([])).shape == ()


def test_places(session):
    generator = Generator.from_key_counter(7, [5, 6], "philox")
    copy = Generator(copy_from=generator)
    other = Generator.from_state([1, 2, 3], alg=1)
    session.run(generator.state.initializer)
    session.run(tf.global_variables_initializer())
    assert session.run([generator.state, copy.state, other.key])[0].tolist() == [5, 6, 7]
    assert session.run([copy.state, other.key])[1] == 3
    session.run(generator.reset_from_seed(9 + (4 << 64) + (2**64 - 1 << 128)))
    assert session.run(generator.state).tolist() == [9, 4, -1]
    session.run(generator.reset_from_key_counter(3, [1, 2]))
    assert session.run(generator.state).tolist() == [1, 2, 3]
    session.run(generator.reset([-1, 0, 8]))
    session.run(generator.uniform([1]))
    assert session.run(generator.state).tolist() == [255, 1, 8]


def test_seeds_and_generators_of_a_generator(session):
    generator = Generator.from_seed(1)
    seeds = generator.make_seeds(3)
    parts = generator.split(2)
    drawn = [part.uniform([2]) for part in parts]
    session.run(generator.state.initializer)
    session.run(tf.global_variables_initializer())
    found = session.run(seeds)
    assert found.shape == (2, 3) and found[1].tolist() == [0, 0, 0]
    first, second = session.run(drawn)
    assert not np.array_equal(first, second)


def test_the_programs_generator(session):
    mine = Generator.from_seed(3)
    tf.random.experimental.set_global_generator(mine)
    assert tf.random.experimental.get_global_generator() is mine
    assert Generator.from_non_deterministic_state().algorithm == 1


def test_what_is_refused(session):
    with pytest.raises(ValueError, match="The algorithm 'threefry' is not supported: there is 'philox'"):
        Generator.from_seed(1, alg="threefry")
    with pytest.raises(ValueError, match=r"The state of Philox must have the shape \[3\], got \(2,\)"):
        Generator.from_state([1, 2], "philox")
    with pytest.raises(TypeError, match="A seed must be of an integer type, got float32"):
        tf.random.experimental.create_rng_state(1.5, "philox")
    generator = Generator.from_seed(1)
    with pytest.raises(ValueError, match="not of both"):
        Generator(copy_from=generator, alg="philox")
    with pytest.raises(ValueError, match="Must specify maxval for integer dtype int32"):
        generator.uniform([1], dtype=tf.int32)
    with pytest.raises(ValueError, match="Dimension -2 must be >= 0"):
        generator.normal([-2])
