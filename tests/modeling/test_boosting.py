"""Boosted trees in NumPy: splits against all splits tried one by one, and what ensembles learn."""

import numpy as np
import pytest

from convflow.modeling.boosting import bins, ensemble, slopes
from convflow.modeling.boosting.growth import GROWING, LAYERS, TREES, Ensemble, Growth, GrowthSettings
from convflow.modeling.boosting.splits import Penalties, best_splits


def settings(**more):
    given = {
        "slopes": slopes.squared, "penalties": Penalties(0, 0, 0, 0), "learning_rate": 1.0, "max_depth": 3,
        "enough": lambda examples, batches, depth: True,
    }  # fmt: skip
    return GrowthSettings(**{**given, **more})


def empty(dimension=1):
    return Ensemble(ensemble.no_trees(dimension), np.zeros(dimension, np.float32), np.zeros(6, np.int64))


def grown(x, y, steps, **more):
    growth, found = Growth(settings(**more)), empty(more.pop("dimension", 1))
    for _ in range(steps):
        found = growth.learn(found, x, y.reshape(len(x), -1), np.ones((len(x), 1)))
    return found


def said(found, x):
    return found.bias + ensemble.sums_of(found.nodes, x, ensemble.roots_of(found.nodes))


def by_trying(ranges, leaf, number, derivatives, penalties):
    """The best gain of each leaf, from all its splits one by one."""
    half = derivatives.shape[1] // 2

    def score(rows):
        total = derivatives[rows].sum(axis=0, keepdims=True)
        return penalties.scores(total[:, :half], total[:, half:])[0]

    best = np.full(number, -np.inf)
    for each in range(number):
        rows = np.flatnonzero(leaf == each)
        for column in ranges:
            for limit in np.unique(column[rows])[:-1]:
                left, right = rows[column[rows] <= limit], rows[column[rows] > limit]
                sums = [derivatives[part][:, half:].sum() for part in (left, right)]
                if min(sums) >= penalties.min_weight:
                    best[each] = max(best[each], score(left) + score(right) - score(rows))
    return best - penalties.complexity


@pytest.mark.parametrize("penalties", [Penalties(0, 0.1, 0, 0), Penalties(0.3, 1.0, 0.2, 2.0)])
@pytest.mark.parametrize("dimension", [1, 3])
def test_the_best_splits_are_those_found_by_trying_all(penalties, dimension):
    random = np.random.default_rng(1)
    ranges = random.integers(0, 6, (4, 60)).astype(np.int16)
    leaf = random.integers(0, 5, 60)
    derivatives = np.concatenate([random.normal(size=(60, dimension)), random.uniform(0.1, 1, (60, dimension))], axis=1)
    found = best_splits(ranges, leaf, 6, derivatives, np.arange(4), penalties)
    np.testing.assert_allclose(found.gain, by_trying(ranges, leaf, 6, derivatives, penalties))
    for each in np.flatnonzero(np.isfinite(found.gain)):
        left = (leaf == each) & (ranges[found.feature[each]] <= found.range[each])
        np.testing.assert_allclose(found.left[each], derivatives[left].sum(axis=0))
        np.testing.assert_allclose(found.total[each], derivatives[leaf == each].sum(axis=0))


@pytest.mark.parametrize("function, labels", [
    (slopes.logistic, np.array([[0.0], [1.0]])), (slopes.softmax, np.array([[2], [0]])),
    (slopes.squared, np.array([[0.5, 1, 2], [3, 4, 5]])),
])  # fmt: skip
def test_slopes_are_the_differences_of_losses(function, labels):
    logits = np.random.default_rng(0).normal(size=(2, 1 if function is slopes.logistic else 3))

    def loss(z):
        if function is slopes.logistic:
            return np.log1p(np.exp(z)).sum() - (labels * z).sum()
        if function is slopes.softmax:
            return (np.log(np.exp(z).sum(axis=1)) - z[np.arange(2), labels[:, 0]]).sum()
        return ((z - labels) ** 2).sum()

    first, second = function(logits, labels, np.ones((2, 1)))
    step = 1e-4
    for place in np.ndindex(logits.shape):
        change = np.zeros_like(logits)
        change[place] = step
        up, here, down = loss(logits + change), loss(logits), loss(logits - change)
        assert first[place] == pytest.approx((up - down) / (2 * step), rel=1e-5)
        assert second[place] == pytest.approx((up - 2 * here + down) / step**2, rel=1e-4)


def test_thresholds_are_the_values_or_their_quantiles():
    x = np.stack([np.arange(8.0), np.full(8, 3.0), np.array([0, 0, 0, 0, 1, 1, 2, 2.0])], axis=1).astype(np.float32)
    values, constant, few = bins.boundaries_of(x, 4)
    assert values.tolist() == [0, 1, 3, 5] and constant.tolist() == [] and few.tolist() == [0, 1]
    assert bins.binned(x, [values, constant, few])[0].tolist() == [0, 1, 2, 2, 3, 3, 4, 4]


def test_a_tree_says_the_means_of_its_leaves():
    x = np.float32([[0], [1], [2], [3]])
    y = np.array([1.0, 1.0, 5.0, 7.0])
    found = grown(x, y, 1, max_depth=1)
    assert said(found, x)[:, 0].tolist() == [1, 1, 6, 6]
    assert found.state[[TREES, GROWING, LAYERS]].tolist() == [1, 0, 1]
    assert said(grown(x, y, 2, max_depth=2), x)[:, 0].tolist() == [1, 1, 5, 7]


@pytest.mark.parametrize("layer_by_layer", [True, False])
def test_trees_learn_what_no_single_split_can(layer_by_layer):
    random = np.random.default_rng(3)
    x = random.uniform(size=(300, 3)).astype(np.float32)
    y = ((x[:, 0] > 0.5) ^ (x[:, 2] > 0.3)).astype(float)
    found = grown(x, y, 30, slopes=slopes.logistic, layer_by_layer=layer_by_layer, penalties=Penalties(0, 0.01, 0, 0))
    assert ((said(found, x)[:, 0] > 0) == y).mean() > 0.97
    gains = ensemble.gains_of(found.nodes, 3)
    assert gains[1] < min(gains[0], gains[2])


@pytest.mark.parametrize("tree_per_class", [True, False])
def test_trees_tell_three_classes_apart(tree_per_class):
    x = np.random.default_rng(4).uniform(size=(200, 2)).astype(np.float32)
    y = (x[:, 0] * 3).astype(int)
    more = {
        "tree_per_class": tree_per_class,
        "max_depth": 2,
        "learning_rate": 0.5,
        "penalties": Penalties(0, 0.01, 0, 0),
    }
    found, growth = empty(3), Growth(settings(slopes=slopes.softmax, **more))
    for _ in range(24):
        found = growth.learn(found, x, y[:, None], np.ones((200, 1)))
    assert (said(found, x).argmax(axis=1) == y).mean() > 0.97
    if tree_per_class:
        first = found.nodes[: ensemble.roots_of(found.nodes)[1], ensemble.VALUES :]
        assert first[:, 0].any() and not first[:, 1:].any()


def test_the_bias_is_the_best_constant():
    x = np.zeros((4, 1), np.float32)
    found = grown(x, np.array([0, 1, 1, 1.0]), 8, slopes=slopes.logistic, center_bias=True)
    assert found.bias[0] == pytest.approx(np.log(3), abs=1e-2)


def test_splits_that_gain_nothing_are_not_made_or_undone():
    x = np.float32([[0, 0], [0, 1], [1, 0], [1, 1]])
    exclusive = np.array([0.0, 1.0, 1.0, 0.0])
    before = grown(x, exclusive, 4, penalties=Penalties(0, 0, 1e-6, 0), max_depth=2)
    assert not before.nodes[:, ensemble.LEFT].any()
    # The first split gains nothing, those under it do: it stays.
    after = grown(x, exclusive, 2, penalties=Penalties(0, 0, 1e-6, 0), max_depth=2, prune_afterwards=True)
    np.testing.assert_allclose(said(after, x)[:, 0], exclusive, atol=1e-6)
    undone = grown(x, exclusive, 2, penalties=Penalties(0, 0, 10.0, 0), max_depth=2, prune_afterwards=True)
    assert not undone.nodes[:, ensemble.LEFT].any()


def test_a_layer_waits_for_its_examples_and_features_are_drawn():
    x = np.random.default_rng(5).uniform(size=(10, 4)).astype(np.float32)
    growth = Growth(settings(enough=lambda examples, batches, depth: examples >= 25, feature_fraction=0.5))
    found = empty()
    counts = []
    for _ in range(6):
        found = growth.learn(found, x, x[:, :1], np.ones((10, 1)))
        counts.append(int(found.state[LAYERS]))
    assert counts == [0, 0, 1, 1, 1, 2]
    assert len(np.unique(found.nodes[found.nodes[:, ensemble.LEFT] > 0, ensemble.FEATURE])) <= 2
