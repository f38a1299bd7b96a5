"""Distributions: moments of samples, densities that add up, gradients, refusals."""

import numpy as np
import pytest

import convflow as tf

d = tf.distributions
CONTINUOUS = [
    (lambda: d.Normal([0.5, -1.0], [2.0, 0.5]), -30, 30),
    (lambda: d.Uniform([0.5, -1.0], [2.0, 0.5]), -5, 5),
    (lambda: d.Laplace([0.5, -1.0], [2.0, 0.5]), -60, 60),
    (lambda: d.Exponential([0.5, 2.0]), 1e-9, 80),
    (lambda: d.Gamma([1.5, 4.0], [0.5, 2.0]), 1e-9, 90),
    (lambda: d.Beta(1.5, 2.5), 1e-9, 1 - 1e-6),
    (lambda: d.StudentT(8.0, 0.5, 2.0), -200, 200),
]
ALL = [make for make, *_ in CONTINUOUS] + [
    lambda: d.Bernoulli(probs=[0.3, 0.8]),
    lambda: d.Dirichlet([[1.5, 2.0, 4.0], [5.0, 1.0, 1.0]]),
    lambda: d.Multinomial([6.0, 3.0], probs=[[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]]),
    lambda: d.DirichletMultinomial(6.0, [1.5, 2.0, 4.0]),
]


@pytest.fixture
def run():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session.run


@pytest.mark.parametrize("make", ALL)
def test_samples_have_the_moments(run, make):
    distribution = make()
    samples = distribution.sample(20000, seed=3)
    assert samples.shape.as_list() == [20000, *distribution.batch_shape.as_list(), *distribution.event_shape.as_list()]
    drawn, mean, stddev, variance = run([samples, distribution.mean(), distribution.stddev(), distribution.variance()])
    scale = np.maximum(stddev, 0.1)
    assert (np.abs(drawn.mean(0) - mean) < 0.05 * scale).all()
    np.testing.assert_allclose(drawn.std(0), stddev, rtol=0.06)
    np.testing.assert_allclose(stddev**2, variance, rtol=1e-5)


@pytest.mark.parametrize(("make", "low", "high"), CONTINUOUS)
def test_the_density_adds_up_to_the_distribution_function(run, make, low, high):
    distribution = make()
    points = np.linspace(low, high, 20001, dtype=np.float32)
    x = tf.constant(points[:, None] * np.ones(2, np.float32))
    density, below, log_below = run([distribution.prob(x), distribution.cdf(x), distribution.log_cdf(x)])
    steps = (points[1:] - points[:-1])[:, None]
    added = np.cumsum((density[1:] + density[:-1]).astype(float) / 2 * steps, axis=0)
    np.testing.assert_allclose(added[-1], 1, atol=0.01)
    np.testing.assert_allclose(added[::500], below[1::500] - below[0], atol=0.01)
    np.testing.assert_allclose(np.exp(log_below), below, atol=1e-5)


@pytest.mark.parametrize("make", [make for make, *_ in CONTINUOUS])
def test_samples_move_with_the_parameters(run, make):
    distribution = make()
    assert distribution.reparameterization_type is d.FULLY_REPARAMETERIZED
    parameters = list(distribution._graph_parents)
    found = tf.gradients(distribution.sample(5, seed=1), parameters)
    # Some parents are no parameters: sums, an exponential distribution's concentration.
    gradients = run([gradient for gradient in found if gradient is not None])
    assert gradients
    assert all(np.isfinite(gradient).all() and np.abs(gradient).max() > 0 for gradient in gradients)


def test_normal_far_away(run):
    distribution = d.Normal(0.0, 1.0)
    x = tf.constant([-200.0, -20.0, -9.0, 9.0])
    log_cdf = distribution.log_cdf(x)
    found, slope = run([log_cdf, tf.gradients(log_cdf, x)[0]])
    np.testing.assert_allclose(found[:3], [-20006.217, -203.91716, -43.628147], rtol=1e-6)
    np.testing.assert_allclose(slope[:2], [200.005, 20.0498], rtol=1e-4)
    assert np.isfinite(slope).all()


def test_quantiles_undo_the_distribution_function(run):
    distribution = d.Normal([0.5, -1.0], 2.0)
    probabilities = np.array([[0.001], [0.5], [0.97]], np.float32)
    np.testing.assert_allclose(
        run(distribution.cdf(distribution.quantile(probabilities))), probabilities * np.ones(2), rtol=1e-5
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (lambda: d.Normal(0.5, 1.0), lambda: d.Normal(-0.5, 1.5)),
        (lambda: d.Gamma(2.0, 1.0), lambda: d.Gamma(3.0, 0.8)),
        (lambda: d.Beta(2.0, 3.0), lambda: d.Beta(1.5, 1.5)),
        (lambda: d.Dirichlet([2.0, 3.0, 1.5]), lambda: d.Dirichlet([1.5, 1.5, 3.0])),
        (lambda: d.Bernoulli(probs=0.3), lambda: d.Bernoulli(probs=0.6)),
        (lambda: d.Categorical(probs=[0.2, 0.3, 0.5]), lambda: d.Categorical(probs=[0.4, 0.4, 0.2])),
    ],
)
def test_divergence_is_the_mean_difference_of_logarithms(run, first, second):
    a, b = first(), second()
    drawn = a.sample(100000, seed=5)
    estimate = tf.reduce_mean(a.log_prob(drawn) - b.log_prob(drawn))
    exact, cross = a.kl_divergence(b), a.cross_entropy(b)
    found, expected, crossed, entropy = run([estimate, exact, cross, a.entropy()])
    np.testing.assert_allclose(found, expected, rtol=0.05)
    np.testing.assert_allclose(crossed, entropy + expected, rtol=1e-6)
    np.testing.assert_allclose(run(a.kl_divergence(a)), 0, atol=1e-6)


def test_registering_a_divergence(run):
    class Mine(d.Normal):
        pass

    @d.RegisterKL(Mine, d.Uniform)
    def divergence(a, b, name=None):
        return tf.constant(7.0, name=name)

    assert run(d.kl_divergence(Mine(0.0, 1.0), d.Uniform())) == 7
    np.testing.assert_allclose(run(d.kl_divergence(Mine(0.0, 1.0), d.Normal(0.0, 1.0))), 0, atol=1e-7)
    with pytest.raises(ValueError, match=r"KL\(Mine \|\| Uniform\) has already been registered"):
        d.RegisterKL(Mine, d.Uniform)(divergence)
    with pytest.raises(TypeError, match="kl_fn must be callable, received: 3"):
        d.RegisterKL(Mine, d.Beta)(3)


def test_names_parameters_and_copies(run):
    distribution = d.Normal(1.0, [2.0, 3.0], name="prior")
    assert distribution.name == "prior/"
    assert distribution.parameters["scale"] == [2.0, 3.0]
    assert distribution.sample(name="draw").op.name.startswith("prior/draw/")
    wider = distribution.copy(scale=5.0)
    assert run(wider.stddev()) == 5 and wider.parameters["loc"] == 1.0
    assert repr(distribution) == "<tf.distributions.Normal 'prior/' batch_shape=(2,) event_shape=() dtype=float32>"
    assert str(distribution) == 'tf.distributions.Normal("prior/", batch_shape=(2,), event_shape=(), dtype=float32)'
    assert d.Normal.param_static_shapes([4])["scale"].as_list() == [4]
    assert run(distribution.is_scalar_event()) and not run(distribution.is_scalar_batch())


def test_shapes_that_are_not_known(run):
    loc, count = tf.placeholder(tf.float32), tf.placeholder(tf.int32)
    distribution = d.Normal(loc, 1.0)
    samples = distribution.sample(count, seed=1)
    assert samples.shape.ndims is None
    feed = {loc: [[1.0], [2.0]], count: 3}
    assert run(samples, feed).shape == (3, 2, 1)
    assert run(distribution.batch_shape_tensor(), feed).tolist() == [2, 1]
    probs = tf.placeholder(tf.float32, [None, None])
    classes = d.Categorical(probs=probs)
    feed = {probs: [[0.5, 0.25, 0.25], [0.0, 1.0, 0.0]]}
    assert run(classes.sample(4), feed).shape == (4, 2)
    np.testing.assert_allclose(run(classes.prob([1, 1]), feed), [0.25, 1.0])
    assert run(classes.event_size, feed) == 3


def test_a_subclass_says_what_it_knows(run):
    class Point(d.Distribution):
        def __init__(self):
            super().__init__(tf.float32, d.NOT_REPARAMETERIZED, False, True)

        def _prob(self, value):
            return tf.cast(tf.equal(value, 2.0), tf.float32)

        def _stddev(self):
            return tf.constant(0.5)

    point = Point()
    np.testing.assert_array_equal(run(point.log_prob([2.0, 1.0])), [0, -np.inf])
    assert run(point.variance()) == 0.25
    for method, arguments in (("mean", ()), ("sample", ()), ("cdf", (1.0,)), ("quantile", (0.5,)), ("mode", ())):
        with pytest.raises(NotImplementedError, match="is not implemented: Point"):
            getattr(point, method)(*arguments)


def test_refusals(run):
    with pytest.raises(ValueError, match="Must pass probs or logits, but not both"):
        d.Bernoulli(logits=0.5, probs=0.5)
    with pytest.raises(TypeError, match="probs must have floating type, got int32"):
        d.Categorical(probs=[1, 2])
    with pytest.raises(ValueError, match="must be of the same type"):
        d.Normal(tf.constant(1.0, tf.float64), 1.0)
    with pytest.raises(ValueError, match="must be at least rank 1 but is rank 0"):
        d.Categorical(logits=0.5)
    with pytest.raises(ValueError, match="concentration must have at least one axis"):
        d.Dirichlet(0.5)
    with pytest.raises(ValueError, match="at least 2 events, got 1"):
        d.Dirichlet([0.5], validate_args=True)
    with pytest.raises(NotImplementedError, match=r"No KL.*type Normal and distribution_b type Laplace\. Register one"):
        d.kl_divergence(d.Normal(0.0, 1.0), d.Laplace(0.0, 1.0))
    with pytest.raises(ValueError, match=r"must be a size or a vector of sizes, got shape \(1, 1\)"):
        d.Normal(0.0, 1.0).sample([[3]])
    with pytest.raises(NotImplementedError, match="param_shapes is not implemented: Categorical"):
        d.Categorical.param_shapes([3])
    with pytest.raises(ValueError, match="Graph parent item 0 is not a Tensor"):
        d.Distribution(tf.float32, d.NOT_REPARAMETERIZED, False, True, graph_parents=[None])


@pytest.mark.parametrize(
    "build",
    [
        lambda: d.Normal(0.0, -1.0, validate_args=True).sample(),
        lambda: d.Uniform(1.0, 0.0, validate_args=True).sample(),
        lambda: d.Gamma(1.0, 1.0, validate_args=True).log_prob(-1.0),
        lambda: d.Beta(1.0, 1.0, validate_args=True).log_prob(1.5),
        lambda: d.Bernoulli(probs=1.5, validate_args=True).sample(),
        lambda: d.Bernoulli(probs=0.5, validate_args=True).prob(2),
        lambda: d.Categorical(probs=[0.5, 0.2], validate_args=True).sample(),
        lambda: d.Dirichlet([1.0, 2.0], validate_args=True).log_prob([0.5, 0.2]),
        lambda: d.Multinomial(3.0, probs=[0.5, 0.5], validate_args=True).log_prob([1.0, 1.0]),
        lambda: d.Multinomial(3.0, probs=[0.5, 0.5], validate_args=True).log_prob([1.5, 1.5]),
        lambda: d.Gamma(0.5, 1.0, allow_nan_stats=False).mode(),
        lambda: d.Beta(0.5, 1.0, allow_nan_stats=False).mode(),
        lambda: d.StudentT(0.5, 1.0, 1.0, allow_nan_stats=False).mean(),
        lambda: d.kl_divergence(d.Normal(np.nan, 1.0), d.Normal(0.0, 1.0), allow_nan_stats=False),
    ],
)
def test_checks_in_the_run(run, build):
    # Constants are checked at once.
    with pytest.raises(tf.errors.InvalidArgumentError):
        run(build())


def test_moments_that_do_not_exist(run):
    assert np.isnan(run(d.Gamma([0.5], 1.0).mode())).all()
    assert np.isnan(run(d.StudentT([0.5], 1.0, 1.0).mean())).all()
    np.testing.assert_array_equal(run(d.StudentT([0.5, 1.5, 4.0], 1.0, 1.0).variance()), [np.nan, np.inf, 2.0])
    modes = run(d.Dirichlet([[0.5, 2.0], [2.0, 3.0]]).mode())
    assert np.isnan(modes[0]).all()
    np.testing.assert_allclose(modes[1], [1 / 3, 2 / 3], rtol=1e-6)
