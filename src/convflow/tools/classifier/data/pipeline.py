"""Batches made ahead of the training step, in threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from convflow.tools.classifier.data.examples import Batch, Examples

# (pictures of a batch, the batch's own random numbers) -> pictures of the same shape
Augment = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def batches(
    examples: Examples,
    batch_size: int,
    order: np.ndarray | None = None,
    augment: Augment | None = None,
    seed: tuple[int, ...] = (),
    first: int = 0,
) -> Iterator[Batch]:
    """The examples in batches, the last one smaller if they do not divide.

    Args:
        examples: what to take them from.
        batch_size: how many to a batch.
        order: the examples' numbers in the order to take them; as they stand by default.
        augment: changes a batch's pictures. Its random numbers come from `seed` and the batch's number alone, so
            that a run that starts at a later batch sees what an unbroken one does.
        seed: with the batch's number, the seed of its random numbers.
        first: how many batches to leave out at the beginning.
    """
    order = np.arange(len(examples)) if order is None else order
    for number, start in enumerate(range(0, len(order), batch_size)):
        if number < first:
            continue
        chosen = order[start : start + batch_size]
        images = examples.images(chosen)
        if augment is not None:
            images = augment(images, np.random.default_rng((*seed, number)))
        yield Batch(images, examples.labels[chosen])
