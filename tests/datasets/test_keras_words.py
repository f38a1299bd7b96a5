"""Texts and sequences of Keras, and its sets of words: values worked out by hand, files made here."""

import json

import numpy as np
import pytest

import convflow as tf

P = tf.keras.preprocessing
TEXTS = ["The cat sat on the mat.", "The dog, the CAT!"]


def test_pad_sequences():
    pad = P.sequence.pad_sequences
    rows = [[1, 2, 3], [4], []]
    assert pad(rows).tolist() == [[1, 2, 3], [0, 0, 4], [0, 0, 0]]
    assert pad(rows, maxlen=2, padding="post", truncating="post", value=9).tolist() == [[1, 2], [4, 9], [9, 9]]
    assert pad(rows, maxlen=2).tolist() == [[2, 3], [0, 4], [0, 0]]
    assert pad([np.ones((2, 2)), np.ones((1, 2))], dtype="float32").shape == (2, 2, 2)
    for given, text in (
        ({"padding": "middle"}, 'Padding type "middle"'), ({"truncating": "x"}, 'Truncating type "x"'),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=text):
            pad(rows, **given)
    with pytest.raises(ValueError, match="Found non-iterable: 3"):
        pad([3])


def test_tokenizer():
    tokenizer = P.text.Tokenizer(num_words=4, oov_token="?")
    tokenizer.fit_on_texts(TEXTS)
    assert tokenizer.word_index == {"?": 1, "the": 2, "cat": 3, "sat": 4, "on": 5, "mat": 6, "dog": 7}
    assert tokenizer.texts_to_sequences(["the dog the cat"]) == [[2, 1, 2, 3]]
    assert tokenizer.sequences_to_texts([[2, 3, 6]]) == ["the cat ?"]
    assert tokenizer.texts_to_matrix(["the the cat"], "count").tolist() == [[0, 0, 2, 1]]
    assert tokenizer.texts_to_matrix(["the the cat"], "freq").tolist() == [[0, 0, 2 / 3, 1 / 3]]
    weight = (1 + np.log(2)) * np.log(1 + 2 / 3)
    assert tokenizer.texts_to_matrix(["the the"], "tfidf")[0, 2] == pytest.approx(weight)
    again = P.text.tokenizer_from_json(tokenizer.to_json())
    assert again.texts_to_sequences(TEXTS) == tokenizer.texts_to_sequences(TEXTS)
    with pytest.raises(ValueError, match="Unknown vectorization mode: x"):
        tokenizer.sequences_to_matrix([[1]], "x")
    with pytest.raises(ValueError, match="Specify a dimension"):
        P.text.Tokenizer().sequences_to_matrix([[1]])


def test_words():
    assert P.text.text_to_word_sequence("A b,c") == ["a", "b", "c"]
    assert P.text.Tokenizer(char_level=True)._words("aB") == ["a", "b"]
    numbers = P.text.hashing_trick("one two one", 5, "md5")
    assert numbers[0] == numbers[2]
    assert set(numbers) <= {1, 2, 3, 4}


def test_skipgrams():
    pairs, labels = P.sequence.skipgrams([1, 2, 0, 3], 4, window_size=1, negative_samples=0.0, shuffle=False)
    assert (pairs, labels) == ([[1, 2], [2, 1]], [1, 1])
    pairs, labels = P.sequence.skipgrams([1, 2, 3], 4, window_size=1, seed=0)
    assert (len(pairs), sum(labels)) == (8, 4)
    assert P.sequence.make_sampling_table(3).round(6).tolist() == [0.003152, 0.003152, 0.005476]


def test_time_series():
    data = np.arange(10)
    windows = P.sequence.TimeseriesGenerator(data, data * 2, length=3, batch_size=4, sampling_rate=2)
    x, y = windows[0]
    assert len(windows) == 2
    assert (x.tolist(), y.tolist()) == ([[0, 2], [1, 3], [2, 4], [3, 5]], [6, 8, 10, 12])
    with pytest.raises(ValueError, match="is disallowed, as no part of the sequence"):
        P.sequence.TimeseriesGenerator(data, data, length=20)


def test_sets_of_words_are_read_from_files(tmp_path):
    folder = tmp_path / "datasets"
    folder.mkdir()
    rows = np.empty(3, object)
    rows[:] = [[1, 2], [3], [4, 5, 6]]
    np.savez(folder / "imdb.npz", x_train=rows, y_train=np.arange(3), x_test=rows[:1], y_test=np.arange(1))
    (x, y), (test, _) = tf.keras.datasets.imdb.load_data(num_words=7, cache_dir=str(tmp_path))
    assert sorted(zip(y.tolist(), x.tolist(), strict=True)) == [(0, [1, 4, 5]), (1, [1, 6]), (2, [1, 2, 2, 2])]
    assert test.tolist() == [[1, 4, 5]]
    np.savez(folder / "reuters.npz", x=rows, y=np.arange(3))
    (x, y), (test, _) = tf.keras.datasets.reuters.load_data(test_split=0.5, cache_dir=str(tmp_path))
    assert (len(x), len(test)) == (1, 2)
    with pytest.raises(tf.errors.UnavailableError, match=r"boston_housing.npz is not on this machine: looked in"):
        tf.keras.datasets.boston_housing.load_data(cache_dir=str(tmp_path))
    (folder / "boston_housing.npz").write_bytes(b"no")
    with pytest.raises(tf.errors.DataLossError, match="cannot be read"):
        tf.keras.datasets.boston_housing.load_data(cache_dir=str(tmp_path))


def test_word_index(tmp_path, monkeypatch):
    monkeypatch.setenv("CONVFLOW_DATA", str(tmp_path))
    (tmp_path / "imdb_word_index.json").write_text(json.dumps({"the": 1}))
    assert tf.keras.datasets.imdb.get_word_index() == {"the": 1}
