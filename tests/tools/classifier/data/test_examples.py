from __future__ import annotations

import numpy as np

from convflow.tools.classifier.data.examples import ArrayExamples, Data, Examples, Subset


def test_a_subset_is_those_examples_in_that_order() -> None:
    images = np.arange(24, dtype=np.uint8).reshape(6, 2, 2, 1)
    some: Examples = Subset(ArrayExamples(images, np.arange(10, 16)), np.array([4, 1, 5]))
    assert len(some) == 3
    assert some.labels.tolist() == [14, 11, 15]
    assert (some.image_shape, some.dtype) == ((2, 2, 1), np.uint8)
    np.testing.assert_array_equal(some.images(np.array([2, 0])), images[[5, 4]])
    assert some.name(1) == "number 1"


def test_statistics_of_what_is_not_in_memory_are_the_same() -> None:
    images = np.random.default_rng(0).integers(0, 256, (250, 3, 2, 3), dtype=np.uint8)
    memory = ArrayExamples(images, np.zeros(250))
    decoded = Subset(memory, np.arange(250))
    wanted = Data("a", memory, memory, memory, ("x",)).statistics
    mean, deviation = Data("a", decoded, memory, memory, ("x",)).statistics
    np.testing.assert_allclose(mean, wanted[0], rtol=1e-6)
    np.testing.assert_allclose(deviation, wanted[1], rtol=1e-6)


def test_statistics_of_many_pictures_are_taken_from_all_over_them() -> None:
    # Sorted by class: the first thousand would all be black.
    images = np.zeros((4000, 1, 1, 1), np.uint8)
    images[2000:] = 200
    sets = ArrayExamples(images, np.zeros(4000))
    mean, deviation = Data("a", Subset(sets, np.arange(4000)), sets, sets, ("x",)).statistics
    assert mean.tolist() == [[[100.0]]]
    assert deviation == 100
