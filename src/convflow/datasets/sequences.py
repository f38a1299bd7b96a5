"""Sequences of different lengths brought to one (API: tf.keras.preprocessing.sequence)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np


def pad_sequences(
    sequences: Any,
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> np.ndarray:
    """Sequences as rows of one array (API: tf.keras.preprocessing.sequence.pad_sequences).

    Args:
        sequences: a list of lists of numbers, or of arrays (steps, ...) of the same further sizes.
        maxlen: the rows' length, that of the longest by default.
        dtype: of the array.
        padding, truncating: "pre" or "post": where short ones are filled and long ones cut.
        value: what fills them.

    Returns:
        (number of sequences, maxlen, ...).

    Raises:
        ValueError: something in `sequences` has no length, other further sizes, or an unknown `padding`, `truncating`.
    """
    if not hasattr(sequences, "__len__"):
        raise ValueError("`sequences` must be iterable.")
    for name, given in (("padding", padding), ("truncating", truncating)):
        if given not in ("pre", "post"):
            raise ValueError(f'{name.capitalize()} type "{given}" not understood: expected "pre" or "post".')
    for item in sequences:
        if not hasattr(item, "__len__"):
            raise ValueError(f"`sequences` must be a list of iterables. Found non-iterable: {item}")
    length = max((len(item) for item in sequences), default=0) if maxlen is None else maxlen
    sizes = next((np.asarray(item).shape[1:] for item in sequences if len(item)), ())
    padded = np.full((len(sequences), length, *sizes), value, dtype=dtype)
    for row, item in zip(padded, sequences, strict=True):
        kept = np.asarray(_cut(item, length, truncating), dtype=dtype) if len(item) and length else ()
        if not len(kept):
            continue
        if kept.shape[1:] != sizes:  # type: ignore[union-attr]
            raise ValueError(
                f"Shape of sample {kept.shape[1:]} of a sequence is different from expected shape {sizes}"  # type: ignore[union-attr]
            )
        if padding == "post":
            row[: len(kept)] = kept
        else:
            row[-len(kept) :] = kept
    return padded


def _cut(item: Any, length: int, truncating: str) -> Any:
    return item[-length:] if truncating == "pre" else item[:length]


def make_sampling_table(size: int, sampling_factor: float = 1e-5) -> np.ndarray:
    """How likely the word of each rank is kept, by Zipf's law (API: tf.keras.preprocessing.sequence).

    Args:
        size: how many words there are.
        sampling_factor: of word2vec's formula (Mikolov et al. 2013).
    """
    gamma = 0.577
    rank = np.arange(size, dtype=float)
    rank[0] = 1
    inverse = rank * (np.log(rank) + gamma) + 0.5 - 1.0 / (12.0 * rank)
    frequency = sampling_factor * inverse
    return np.minimum(1.0, frequency / np.sqrt(frequency))


def skipgrams(
    sequence: Sequence[int],
    vocabulary_size: int,
    window_size: int = 4,
    negative_samples: float = 1.0,
    shuffle: bool = True,
    categorical: bool = False,
    sampling_table: Any = None,
    seed: int | None = None,
) -> tuple[list[list[int]], list[Any]]:
    """Pairs of words near each other, and of words that are not (API: tf.keras.preprocessing.sequence.skipgrams).

    Args:
        sequence: words as numbers; 0 stands for no word.
        vocabulary_size: the largest number, plus one.
        window_size: how far apart words may be.
        negative_samples: random pairs for each pair.
        shuffle: whether pairs come in random order.
        categorical: labels as [0, 1] and [1, 0] instead of 1 and 0.
        sampling_table: how likely each word is taken, of `make_sampling_table`.
        seed: of the order.

    Returns:
        The pairs and their labels.
    """
    pairs: list[list[int]] = []
    for place, word in enumerate(sequence):
        if not word or (sampling_table is not None and sampling_table[word] < random.random()):
            continue
        for other in range(max(0, place - window_size), min(len(sequence), place + window_size + 1)):
            if other != place and sequence[other]:
                pairs.append([word, sequence[other]])
    labels: list[Any] = [[0, 1] if categorical else 1] * len(pairs)
    if negative_samples > 0:
        words = [pair[0] for pair in pairs]
        random.shuffle(words)
        count = int(len(labels) * negative_samples)
        pairs += [[words[index % len(words)], random.randint(1, vocabulary_size - 1)] for index in range(count)]
        labels += [[1, 0] if categorical else 0] * count
    if shuffle:
        seed = random.randint(0, 10**6) if seed is None else seed
        for items in (pairs, labels):
            random.Random(seed).shuffle(items)
    return pairs, labels
