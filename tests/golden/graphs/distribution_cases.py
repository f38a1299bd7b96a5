"""Distributions: what their methods give, compared with TensorFlow's (see record_distributions.py)."""

import numpy as np

ONE = ("prob", "log_prob", "cdf", "log_cdf", "survival_function", "log_survival_function")
MOMENTS = ("mean", "stddev", "variance", "mode", "entropy", "covariance")


def made(tf, dtype=np.float32):
    """Distributions by name, each with values to ask about."""
    d = tf.distributions

    def a(*values):
        return np.array(values, dtype)

    values = a(-3.0, -0.5, 0.0, 0.25, 0.75, 1.0, 2.5, 40.0)
    inside = a(0.05, 0.3, 0.5, 0.999)
    positive = a(0.01, 0.5, 1.0, 2.5, 40.0)
    simplex = a([0.2, 0.3, 0.5], [0.05, 0.05, 0.9])
    counts = a([2, 0, 3], [1, 4, 0])
    logits = a([0.5, -1.0, 2.0], [0.0, 0.0, 0.0])
    return {
        "Normal": (lambda: d.Normal(a(0.5), a(2.0)), values),
        "Normal scalar": (lambda: d.Normal(dtype(0.0), dtype(1.0), name="n"), a(-30.0, -12.0, -6.0, 0.0, 6.0)),
        "Normal broadcast": (lambda: d.Normal(a(0.5, -1.0), a([1.0], [3.0])), a(0.25)),
        "Uniform": (lambda: d.Uniform(dtype(-0.5), a(1.0, 3.0)), values[:, None]),
        "Uniform default": (lambda: d.Uniform(), np.float32([-1.0, 0.0, 0.5, 1.0, np.nan])),
        "Laplace": (lambda: d.Laplace(a(0.5), a(2.0)), values),
        "Laplace broadcast": (lambda: d.Laplace(a(0.5, -1.0), dtype(1.5)), values[:, None]),
        "Exponential": (lambda: d.Exponential(a(0.5, 2.0)), positive[:, None]),
        "Gamma": (lambda: d.Gamma(a(0.5, 1.0, 3.0), a(2.0)), positive[:, None]),
        "Gamma scalar": (lambda: d.Gamma(dtype(3.0), dtype(2.0)), positive),
        "Beta": (lambda: d.Beta(a(0.5, 2.0, 5.0), a(0.5, 3.0, 1.5)), inside[:, None]),
        "StudentT": (lambda: d.StudentT(a(0.5, 1.5, 3.0, 30.0), dtype(0.5), dtype(2.0)), values[:, None]),
        "Bernoulli logits": (lambda: d.Bernoulli(logits=a(0.5, -2.0, 10.0)), np.int32([[0], [1]])),
        "Bernoulli probs": (lambda: d.Bernoulli(probs=a(0.3, 0.9), dtype=tf.int64), np.int64([[0], [1]])),
        "Categorical logits": (lambda: d.Categorical(logits=logits), np.int32([0, 2])),
        "Categorical probs": (lambda: d.Categorical(probs=simplex), np.int32([[0], [1], [2]])),
        "Categorical vector": (lambda: d.Categorical(probs=simplex[0], dtype=tf.int64), np.int64([2, 1])),
        "Dirichlet": (lambda: d.Dirichlet(a(1.5, 2.0, 3.0)), simplex),
        "Dirichlet flat": (lambda: d.Dirichlet(a(0.5, 1.0, 3.0)), simplex),
        "Multinomial": (lambda: d.Multinomial(dtype(5.0), probs=simplex[0]), counts),
        "Multinomial logits": (lambda: d.Multinomial(a(5.0, 3.0), logits=logits), counts),
        "DirichletMultinomial": (lambda: d.DirichletMultinomial(dtype(5.0), a(1.5, 2.0, 3.0)), counts),
    }


def cases(tf):
    """Tensors by name: values, moments and samples of each distribution, and divergences."""
    found = {}
    for dtype in (np.float32, np.float64):
        for name, (make, value) in made(tf, dtype).items():
            label = f"{name} {dtype.__name__}"
            for method in ONE:
                found[f"{label} {method}"] = lambda m=make, f=method, v=value: getattr(m(), f)(v)
            for method in MOMENTS:
                # TensorFlow compares degrees of freedom of float64 with a float32 number, which fails.
                if name == "StudentT" and dtype is np.float64 and method in ("stddev", "variance"):
                    continue
                found[f"{label} {method}"] = lambda m=make, f=method: getattr(m(), f)()
            for shape in ((), 3, [2, 2]):
                # TensorFlow writes float32 counts into an array of float64, which fails; and it draws for the rows of a
                # batch in any order.
                if not name.startswith("Multinomial") or (name == "Multinomial" and dtype is np.float32):
                    found[f"{label} sample {shape}"] = lambda m=make, s=shape: m().sample(s, seed=7)
    found["Normal quantile"] = lambda: tf.distributions.Normal(0.5, 2.0).quantile(np.float32([0.001, 0.3, 0.5, 0.99]))
    found["Uniform range"] = lambda: tf.distributions.Uniform(1.0, [2.0, 4.0]).range()
    found.update(divergences(tf))
    return found


def divergences(tf):
    d = tf.distributions
    pairs = {
        "Normal": (lambda: d.Normal([0.5, 1.0], 2.0), lambda: d.Normal(-1.0, [1.0, 3.0])),
        "Gamma": (lambda: d.Gamma([0.5, 2.0], 2.0), lambda: d.Gamma(1.5, [1.0, 3.0])),
        "Exponential": (lambda: d.Exponential([0.5, 2.0]), lambda: d.Gamma(1.5, [1.0, 3.0])),
        "Beta": (lambda: d.Beta([0.5, 2.0], 2.0), lambda: d.Beta(1.5, [1.0, 3.0])),
        "Bernoulli": (lambda: d.Bernoulli(logits=[0.5, -2.0]), lambda: d.Bernoulli(probs=0.3)),
        "Categorical": (lambda: d.Categorical([[0.5, -2.0, 1.0]]), lambda: d.Categorical(probs=[0.3, 0.5, 0.2])),
        "Dirichlet": (lambda: d.Dirichlet([0.5, 2.0, 1.0]), lambda: d.Dirichlet([[3.0, 0.5, 2.0]])),
        "none": (lambda: d.Normal(0.0, 1.0), lambda: d.Laplace(0.0, 1.0)),
    }
    found = {}
    for name, (first, second) in pairs.items():
        found[f"KL {name}"] = lambda a=first, b=second: d.kl_divergence(a(), b())
        found[f"KL {name} checked"] = lambda a=first, b=second: d.kl_divergence(a(), b(), allow_nan_stats=False)
        found[f"KL {name} method"] = lambda a=first, b=second: a().kl_divergence(b())
        found[f"KL {name} cross entropy"] = lambda a=first, b=second: a().cross_entropy(b())
    return found


def value(tf, build):
    """The value of a case with its static shape, or the class of its error."""
    with tf.Graph().as_default(), tf.Session() as session:
        try:
            tensor = build()
        except Exception as error:
            return type(error).__name__, None
        shape = tensor.shape.as_list() if tensor.shape.ndims is not None else None
        return np.asarray(session.run(tensor)), shape
