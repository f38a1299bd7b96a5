"""tf.contrib.learn.preprocessing: documents as rows of word numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import convflow as tf

preprocessing = tf.contrib.learn.preprocessing


def test_words_get_numbers_in_the_order_they_come() -> None:
    processor = preprocessing.VocabularyProcessor(4)
    rows = np.array(list(processor.fit_transform(["a b c", "b d", "it's a well-known e f"])))
    assert rows.tolist() == [[1, 2, 3, 0], [2, 4, 0, 0], [5, 1, 6, 7]] and rows.dtype == np.int64
    assert len(processor.vocabulary_) == 9
    assert next(iter(processor.transform(["unseen c"]))).tolist() == [0, 3, 0, 0]
    assert list(processor.reverse(rows[:1])) == ["a b c <UNK>"]


def test_words_as_tensorflow_cuts_them() -> None:
    assert list(preprocessing.tokenizer(["Hello, CNNs and MaxPool! don't x2-y"])) == [
        ["Hello", "CN", "Ns", "and", "Max", "Pool", "don't", "x2-y"]
    ]


def test_rare_words_are_dropped_and_the_frequent_ones_come_first() -> None:
    processor = preprocessing.VocabularyProcessor(3, min_frequency=1)
    assert [row.tolist() for row in processor.fit_transform(["b a a", "c b a"])] == [[2, 1, 1], [0, 2, 1]]
    vocabulary = preprocessing.CategoricalVocabulary()
    for word, count in (("x", 9), ("y", 5), ("z", 5), ("w", 1)):
        vocabulary.add(word, count)
    vocabulary.trim(1, max_frequency=9)
    assert [vocabulary.reverse(number) for number in range(len(vocabulary))] == ["<UNK>", "y", "z"]


def test_saved_and_restored(tmp_path: Path) -> None:
    processor = preprocessing.VocabularyProcessor(3).fit(["one two"])
    processor.save(str(tmp_path / "vocab"))
    restored = preprocessing.VocabularyProcessor.restore(str(tmp_path / "vocab"))
    assert [row.tolist() for row in restored.transform(["two one three"])] == [[2, 1, 0]]


def test_bytes() -> None:
    processor = preprocessing.ByteProcessor(4)
    rows = list(processor.fit_transform(["aé", "abcdef"]))
    assert [row.tolist() for row in rows] == [[97, 195, 169, 0], [97, 98, 99, 100]]
    assert list(processor.reverse(rows)) == ["aé", "abcd"]


def test_a_vocabulary_without_names() -> None:
    with pytest.raises(ValueError, match=r"keeps no names\. Make it with support_reverse=True"):
        preprocessing.CategoricalVocabulary(support_reverse=False).reverse(0)
