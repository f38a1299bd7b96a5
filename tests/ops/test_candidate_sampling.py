"""Samples of classes: their distributions, what is learned, files of frequencies, refusals."""

import itertools

import numpy as np
import pytest

import convflow as tf
from convflow.graph.apply import apply_op
from convflow.ops import range_samplers
from convflow.ops.range_samplers import Words

TRUTH = np.array([[1, 3], [0, 7]])


@pytest.fixture
def run():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session.run


def counts(classes, size):
    return np.bincount(classes, minlength=size) / len(classes)


def test_uniform(run):
    sampled, true_expected, expected = run(tf.nn.uniform_candidate_sampler(TRUTH, 2, 20000, False, 8, seed=1))
    np.testing.assert_allclose(counts(sampled, 8), 1 / 8, atol=0.01)
    np.testing.assert_allclose(true_expected, np.full((2, 2), 2500.0))
    np.testing.assert_allclose(expected, 2500.0)


def test_log_uniform(run):
    sampled, true_expected, _ = run(tf.nn.log_uniform_candidate_sampler(TRUTH, 2, 20000, False, 8, seed=1))
    probability = np.log((np.arange(8) + 2) / (np.arange(8) + 1)) / np.log(9)
    np.testing.assert_allclose(counts(sampled, 8), probability, atol=0.015)
    np.testing.assert_allclose(true_expected, 20000 * probability[TRUTH], rtol=1e-6)


def test_fixed_unigram(run, tmp_path):
    frequencies = np.array([1.0, 4.0, 0.5, 2.5])
    vocabulary = tmp_path / "words.txt"
    vocabulary.write_text("".join(f"word,{frequency}\n" for frequency in frequencies) + "\n")
    of_file, of_list = (
        tf.nn.fixed_unigram_candidate_sampler([[1]], 1, 20000, False, 5, num_reserved_ids=1, seed=1, **source)
        for source in ({"vocab_file": str(vocabulary)}, {"unigrams": frequencies.tolist()})
    )
    first, second = run([of_file, of_list])
    np.testing.assert_array_equal(first.sampled_candidates, second.sampled_candidates)
    np.testing.assert_allclose(counts(first.sampled_candidates, 5), [0, *(frequencies / 8)], atol=0.015)


@pytest.mark.parametrize("op", ["LearnedUnigramCandidateSampler", "ThreadUnsafeUnigramCandidateSampler"])
def test_true_classes_are_learned(run, op):
    truth = np.full((50, 2), 3)
    sampler = apply_op(op, true_classes=truth, num_true=2, num_sampled=5000, unique=False, range_max=5, seed=1, seed2=2)
    np.testing.assert_allclose(counts(run(sampler)[0], 5), 0.2, atol=0.03)
    np.testing.assert_allclose(counts(run(sampler)[0], 5), np.array([1, 1, 1, 101, 1]) / 105, atol=0.02)


def test_unique_candidates_and_how_often_they_are_expected(run):
    truth = np.array([[10, 2], [30, 5]])
    fetches = tf.nn.log_uniform_candidate_sampler(truth, 2, 20, True, 50, seed=1)
    drawn = [run(fetches) for _ in range(1000)]
    assert all(len(set(sample.sampled_candidates.tolist())) == 20 for sample in drawn)
    often = counts(np.concatenate([sample.sampled_candidates for sample in drawn]), 50) * 20
    expected = np.mean([sample.true_expected_count for sample in drawn], axis=0)
    np.testing.assert_allclose(expected, often[truth], atol=0.05)


def test_whole_numbers_are_drawn_evenly():
    """Words below the remainder of 2**32 are skipped."""
    words = Words(itertools.cycle([0, 1, 2**32 - 1]))
    assert [words.below(10) for _ in range(2)] == [5, 5]
    assert Words(iter([7])).below(4) == 3
    assert Words(iter([1, 2])).below_wide(2**34) == 1 + 2 * 2**32


def test_alias_tables_hold_the_weights():
    weights = np.random.RandomState(0).rand(50)
    sampler = range_samplers.Weighted(weights)
    kept, other = np.array(sampler._kept), np.array(sampler._other)
    share = (kept + np.bincount(other, 1 - kept, minlength=50)) / 50
    np.testing.assert_allclose(share, weights / weights.sum(), rtol=1e-5)


def test_accidental_hits(run):
    hits = run(tf.nn.compute_accidental_hits(TRUTH, [5, 7, 1, 7], 2))
    assert hits.indices.tolist() == [0, 1] and hits.ids.tolist() == [2, 3]
    assert hits.weights.tolist() == [np.finfo(np.float32).min] * 2


def test_refusals(run, tmp_path):
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"range is too small: 9 different candidates .* holds 8"):
        run(tf.nn.uniform_candidate_sampler(TRUTH, 2, 9, True, 8))
    with pytest.raises(ValueError, match=r"true_classes \(2, 2\) must have num_true=3 columns"):
        tf.nn.uniform_candidate_sampler(TRUTH, 3, 4, True, 8)
    with pytest.raises(ValueError, match="true_classes must be rank 2 but is rank 1"):
        tf.nn.log_uniform_candidate_sampler([1, 2], 1, 4, True, 8)
    with pytest.raises(ValueError, match=r"'num_sampled' of .* 0 less than minimum 1"):
        tf.nn.log_uniform_candidate_sampler(TRUTH, 2, 0, True, 8)
    fed = tf.placeholder(tf.int64)
    with pytest.raises(tf.errors.InvalidArgumentError, match="must have num_true=2 columns"):
        run(tf.nn.uniform_candidate_sampler(fed, 2, 4, True, 8), {fed: [[1]]})
    fixed = tf.nn.fixed_unigram_candidate_sampler
    with pytest.raises(tf.errors.InvalidArgumentError, match="range_max is 9, but there are 3 classes: 1 reserved"):
        run(fixed([[1]], 1, 2, True, 9, unigrams=[1.0, 2.0], num_reserved_ids=1))
    with pytest.raises(tf.errors.InvalidArgumentError, match="exactly one of vocab_file and unigrams"):
        run(fixed([[1]], 1, 2, True, 9))
    with pytest.raises(tf.errors.NotFoundError, match=r"nowhere\.txt; No such file"):
        run(fixed([[1]], 1, 2, True, 9, vocab_file=str(tmp_path / "nowhere.txt")))
    bad = tmp_path / "bad.txt"
    bad.write_text("a,1\nb,many\n")
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"Wrong vocabulary format in .*bad\.txt"):
        run(fixed([[1]], 1, 2, True, 2, vocab_file=str(bad)))
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"true class 4 is not in \[0, 3\)"):
        run(tf.nn.learned_unigram_candidate_sampler([[4]], 1, 2, True, 3))
