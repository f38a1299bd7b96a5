"""Texts as sequences of numbers (API: tf.keras.preprocessing.text)."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def text_to_word_sequence(text: str, filters: str = FILTERS, lower: bool = True, split: str = " ") -> list[str]:
    """The words of a text (API: tf.keras.preprocessing.text.text_to_word_sequence).

    Args:
        filters: characters that part words.
        lower: whether words are made lower case.
        split: what parts words besides.
    """
    text = text.lower() if lower else text
    for character in filters:
        text = text.replace(character, split)
    return [word for word in text.split(split) if word]


def hashing_trick(
    text: str,
    n: int,
    hash_function: Any = None,
    filters: str = FILTERS,
    lower: bool = True,
    split: str = " ",
) -> list[int]:
    """The words of a text as numbers from 1 to n - 1, which words may share.

    API: tf.keras.preprocessing.text.hashing_trick.

    Args:
        hash_function: of a word; "md5", or Python's `hash` by default, which differs from run to run.
    """
    function: Callable[[str], int]
    if hash_function == "md5":
        function = _md5
    else:
        function = hash if hash_function is None else hash_function
    return [function(word) % (n - 1) + 1 for word in text_to_word_sequence(text, filters, lower, split)]


def _md5(word: str) -> int:
    return int(hashlib.md5(word.encode(), usedforsecurity=False).hexdigest(), 16)


def one_hot(text: str, n: int, filters: str = FILTERS, lower: bool = True, split: str = " ") -> list[int]:
    """`hashing_trick` with Python's `hash` (API: tf.keras.preprocessing.text.one_hot).

    Args:
        text: the words.
        n: numbers go from 1 to n - 1; words may share one.
        filters: characters that part words.
        lower: whether words are made lower case.
        split: what parts words besides.

    Returns:
        A number for each word of the text; Python's `hash` differs from run to run.
    """
    return hashing_trick(text, n, hash, filters, lower, split)


class Tokenizer:
    """Numbers words by how often they occur, the most frequent 1 (API: tf.keras.preprocessing.text.Tokenizer).

    Args:
        num_words: only words of smaller numbers appear in sequences; all if None.
        filters, lower, split: as in `text_to_word_sequence`.
        char_level: characters instead of words.
        oov_token: a word that stands for all others; it is number 1.
        document_count: of texts seen before.
    """

    def __init__(
        self,
        num_words: int | None = None,
        filters: str = FILTERS,
        lower: bool = True,
        split: str = " ",
        char_level: bool = False,
        oov_token: Any = None,
        document_count: int = 0,
        **kwargs: Any,
    ) -> None:
        num_words = kwargs.pop("nb_words", num_words)
        if kwargs:
            raise TypeError(f"Unrecognized keyword arguments: {sorted(kwargs)}")
        self.num_words, self.filters, self.lower, self.split = num_words, filters, lower, split
        self.char_level, self.oov_token, self.document_count = char_level, oov_token, document_count
        self.word_counts: dict[str, int] = {}
        self.word_docs: dict[str, int] = {}
        self.index_docs: dict[int, int] = {}
        self.word_index: dict[str, int] = {}
        self.index_word: dict[int, str] = {}

    def _words(self, text: Any) -> list[str]:
        if self.char_level or isinstance(text, list):
            return [item.lower() for item in text] if self.lower else list(text)
        return text_to_word_sequence(text, self.filters, self.lower, self.split)

    def fit_on_texts(self, texts: Iterable[Any]) -> None:
        """Count the words of texts, strings or lists of words; may be called again."""
        for text in texts:
            words = self._words(text)
            self.document_count += 1
            for word in words:
                self.word_counts[word] = self.word_counts.get(word, 0) + 1
            for word in set(words):
                self.word_docs[word] = self.word_docs.get(word, 0) + 1
        ranked = sorted(self.word_counts, key=lambda word: -self.word_counts[word])
        ranked = ranked if self.oov_token is None else [self.oov_token, *ranked]
        self.word_index = {word: number for number, word in enumerate(ranked, 1)}
        self.index_word = {number: word for word, number in self.word_index.items()}
        self.index_docs = {self.word_index[word]: count for word, count in self.word_docs.items()}

    def fit_on_sequences(self, sequences: Iterable[Any]) -> None:
        """Count in how many sequences numbers occur; for `sequences_to_matrix` without texts."""
        for sequence in sequences:
            self.document_count += 1
            for number in set(sequence):
                self.index_docs[number] = self.index_docs.get(number, 0) + 1

    def texts_to_sequences(self, texts: Iterable[Any]) -> list[list[int]]:
        """Each text as the numbers of its known words."""
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts: Iterable[Any]) -> Iterator[list[int]]:
        """The same, one after the other."""
        other = self.word_index.get(self.oov_token)
        for text in texts:
            numbers = (self._number(word, other) for word in self._words(text))
            yield [number for number in numbers if number is not None]

    def _number(self, word: str, other: int | None) -> int | None:
        number = self.word_index.get(word)
        is_left_out = number is None or (self.num_words is not None and number >= self.num_words)
        return other if is_left_out else number

    def sequences_to_texts(self, sequences: Iterable[Any]) -> list[str]:
        """Each sequence as words with spaces between."""
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences: Iterable[Any]) -> Iterator[str]:
        """The same, one after the other."""
        for sequence in sequences:
            words = [self._word(number) for number in sequence]
            yield " ".join(word for word in words if word is not None)

    def _word(self, number: int) -> Any:
        word = self.index_word.get(number)
        if word is None or (self.num_words is not None and number >= self.num_words):
            return self.oov_token
        return word

    def texts_to_matrix(self, texts: Iterable[Any], mode: str = "binary") -> np.ndarray:
        """`sequences_to_matrix` of the texts' sequences."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(self, sequences: Any, mode: str = "binary") -> np.ndarray:
        """Each sequence as a row with a column for each number.

        Args:
            mode: "binary" (1 where it occurs), "count", "freq" (its part of the sequence), "tfidf".

        Raises:
            ValueError: an unknown mode, or it is not known how many numbers there are, or no texts were counted.
        """
        if mode not in ("binary", "count", "freq", "tfidf"):
            raise ValueError(f"Unknown vectorization mode: {mode}. Expected binary, count, freq or tfidf.")
        if not self.num_words and not self.word_index:
            raise ValueError("Specify a dimension (`num_words` argument), or fit on some text data first.")
        if mode == "tfidf" and not self.document_count:
            raise ValueError("Fit the Tokenizer on some data before using tfidf mode.")
        width = self.num_words or len(self.word_index) + 1
        matrix = np.zeros((len(sequences), width))
        for row, sequence in zip(matrix, sequences, strict=True):
            for number, count in Counter(item for item in sequence if item < width).items():
                row[number] = self._entry(number, count, len(sequence), mode)
        return matrix

    def _entry(self, number: int, count: int, length: int, mode: str) -> float:
        if mode == "binary":
            return 1.0
        if mode in ("count", "freq"):
            return count if mode == "count" else count / length
        return (1 + np.log(count)) * np.log(1 + self.document_count / (1 + self.index_docs.get(number, 0)))

    def get_config(self) -> dict[str, Any]:
        """The settings and counts, the counts as JSON."""
        settings = ("num_words", "filters", "lower", "split", "char_level", "oov_token", "document_count")
        counts = ("word_counts", "word_docs", "index_docs", "index_word", "word_index")
        config: dict[str, Any] = {name: getattr(self, name) for name in settings}
        return config | {name: json.dumps(getattr(self, name)) for name in counts}

    def to_json(self, **kwargs: Any) -> str:
        """The tokenizer as text; `tokenizer_from_json` makes an equal one."""
        return json.dumps({"class_name": type(self).__name__, "config": self.get_config()}, **kwargs)


def tokenizer_from_json(json_string: str) -> Tokenizer:
    """The tokenizer that `to_json` described (API: tf.keras.preprocessing.text.tokenizer_from_json).

    Args:
        json_string: what `Tokenizer.to_json` returned.

    Returns:
        A `Tokenizer` with the same settings, counts and numbers.

    Raises:
        ValueError: it is no JSON.
        KeyError: a part is missing.
    """
    config = json.loads(json_string)["config"]
    counts = {name: json.loads(config.pop(name)) for name in ("word_counts", "word_docs", "word_index")}
    by_number = {name: json.loads(config.pop(name)) for name in ("index_docs", "index_word")}
    tokenizer = Tokenizer(**config)
    vars(tokenizer).update(counts)
    vars(tokenizer).update({name: {int(k): v for k, v in items.items()} for name, items in by_number.items()})
    return tokenizer
