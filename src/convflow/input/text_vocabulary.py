"""Documents as rows of word numbers (API: tf.contrib.learn.preprocessing)."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from convflow.formats.gfile import GFile

# Words in capitals, capitalised parts of a compound, then any run of letters, digits, apostrophes and hyphens.
_WORD = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z][a-z]+(?=[A-Z])|['\w\-]+")


def tokenizer(iterator: Iterable[str]) -> Iterator[list[str]]:
    """The words of each document, as TensorFlow's preprocessing cuts them (API:
    tf.contrib.learn.preprocessing.tokenizer).

    Args:
        iterator: the documents, strings.

    Yields:
        A list of words for each document.
    """
    for document in iterator:
        yield _WORD.findall(document)


class CategoricalVocabulary:
    """Numbers of categories, 0 for those that are unknown.

    Args:
        unknown_token: what 0 stands for.
        support_reverse: keep what `reverse` needs.
    """

    def __init__(self, unknown_token: str = "<UNK>", support_reverse: bool = True) -> None:
        self._unknown_token = unknown_token
        self._support_reverse = support_reverse
        self._mapping: dict[Any, int] = {unknown_token: 0}
        self._names: list[Any] = [unknown_token]
        self._freq: dict[Any, int] = {}
        self._is_frozen = False

    def __len__(self) -> int:
        return len(self._mapping)

    def freeze(self, freeze: bool = True) -> None:
        """From now on unknown categories stay unknown."""
        self._is_frozen = freeze

    def get(self, category: Any) -> int:
        """The number of a category; a new one gets the next number unless the vocabulary is frozen."""
        if category not in self._mapping:
            if self._is_frozen:
                return 0
            self._mapping[category] = len(self._mapping)
            self._names.append(category)
        return self._mapping[category]

    def add(self, category: Any, count: int = 1) -> None:
        """Count a category."""
        if self.get(category) > 0:
            self._freq[category] = self._freq.get(category, 0) + count

    def trim(self, min_frequency: int, max_frequency: int = -1) -> None:
        """Number anew, the most frequent first, and drop the rare ones.

        Args:
            min_frequency: categories counted as often or less become unknown.
            max_frequency: those counted as often or more as well, if above 0.
        """
        by_name = sorted(self._freq.items(), key=lambda item: (isinstance(item[0], str), item[0]))
        kept = {
            category: count
            for category, count in sorted(by_name, key=lambda item: item[1], reverse=True)
            if count > min_frequency and not 0 < max_frequency <= count
        }
        self._names = [self._unknown_token, *kept]
        self._mapping = {category: number for number, category in enumerate(self._names)}
        self._freq = kept

    def reverse(self, class_id: int) -> Any:
        """The category of a number.

        Raises:
            ValueError: the vocabulary was made with `support_reverse=False`.
        """
        if not self._support_reverse:
            raise ValueError("This vocabulary keeps no names. Make it with support_reverse=True.")
        return self._names[class_id]


class VocabularyProcessor:
    """Turns documents into rows of word numbers (API: tf.contrib.learn.preprocessing.VocabularyProcessor).

    Args:
        max_document_length: the length of a row; longer documents are cut, shorter ones end with zeros.
        min_frequency: words counted as often or less in `fit` become unknown.
        vocabulary: a `CategoricalVocabulary` to begin with.
        tokenizer_fn: takes documents, gives the words of each; `tokenizer` by default.
    """

    def __init__(
        self,
        max_document_length: int,
        min_frequency: int = 0,
        vocabulary: CategoricalVocabulary | None = None,
        tokenizer_fn: Callable[[Iterable[Any]], Iterable[Iterable[Any]]] | None = None,
    ) -> None:
        self.max_document_length = max_document_length
        self.min_frequency = min_frequency
        self.vocabulary_ = CategoricalVocabulary() if vocabulary is None else vocabulary
        self._tokenizer = tokenizer if tokenizer_fn is None else tokenizer_fn

    def fit(self, raw_documents: Iterable[Any], unused_y: Any = None) -> VocabularyProcessor:
        """Learn the words of documents, and no others from then on."""
        for words in self._tokenizer(raw_documents):
            for word in words:
                self.vocabulary_.add(word)
        if self.min_frequency > 0:
            self.vocabulary_.trim(self.min_frequency)
        self.vocabulary_.freeze()
        return self

    def fit_transform(self, raw_documents: Any, unused_y: Any = None) -> Iterator[np.ndarray]:
        """`fit`, then `transform`."""
        self.fit(raw_documents)
        return self.transform(raw_documents)

    def transform(self, raw_documents: Iterable[Any]) -> Iterator[np.ndarray]:
        """A row of word numbers for each document: int64 [max_document_length]."""
        for words in self._tokenizer(raw_documents):
            row = np.zeros(self.max_document_length, np.int64)
            for place, word in zip(range(self.max_document_length), words, strict=False):
                row[place] = self.vocabulary_.get(word)
            yield row

    def reverse(self, documents: Iterable[Iterable[int]]) -> Iterator[str]:
        """The words of rows, with a space between them."""
        for row in documents:
            yield " ".join(self.vocabulary_.reverse(number) for number in row)

    def save(self, filename: str) -> None:
        """Write the processor to a file, pickled."""
        with GFile(filename, "wb") as file:
            file.write(pickle.dumps(self))

    @classmethod
    def restore(cls, filename: str) -> VocabularyProcessor:
        """Read what `save` wrote. As any pickle it can run code: read files that you trust."""
        with GFile(filename, "rb") as file:
            return pickle.loads(file.read())


class ByteProcessor:
    """Turns texts into rows of their bytes (API: tf.contrib.learn.preprocessing.ByteProcessor).

    Args:
        max_document_length: the length of a row; longer texts are cut, shorter ones end with zeros.
    """

    def __init__(self, max_document_length: int) -> None:
        self.max_document_length = max_document_length

    def fit(self, x: Any) -> ByteProcessor:
        """There is nothing to learn."""
        return self

    def fit_transform(self, x: Iterable[Any]) -> Iterator[np.ndarray]:
        """`transform`."""
        return self.transform(x)

    def transform(self, x: Iterable[Any]) -> Iterator[np.ndarray]:
        """The bytes of each text: uint8 [max_document_length]."""
        for document in x:
            text = document.encode() if isinstance(document, str) else bytes(document)
            row = np.zeros(self.max_document_length, np.uint8)
            given = np.frombuffer(text, np.uint8)[: self.max_document_length]
            row[: len(given)] = given
            yield row

    def reverse(self, x: Iterable[Any]) -> Iterator[str]:
        """The texts of rows; what is no UTF-8 is left out, and the zeros at the end."""
        for row in x:
            yield bytes(np.asarray(row, np.uint8)).rstrip(b"\0").decode("utf-8", "ignore")
