"""The data sets by name (`datasets.dataset_factory` of the research models)."""

from __future__ import annotations

from typing import Any

from convflow.slim.data.dataset import Dataset
from convflow.slim.datasets import cifar10, flowers, imagenet, mnist

datasets_map = {"cifar10": cifar10, "flowers": flowers, "imagenet": imagenet, "mnist": mnist}


def get_dataset(
    name: str, split_name: str, dataset_dir: str, file_pattern: str | None = None, reader: Any = None
) -> Dataset:
    """A part of a data set.

    Args:
        name: of `datasets_map`.
        split_name, dataset_dir, file_pattern, reader: see `splits.Splits.get_split`.

    Raises:
        ValueError: there is no such data set, or no such part of it.
    """
    if name not in datasets_map:
        raise ValueError(f"Name of dataset unknown {name}. Choose one of {', '.join(sorted(datasets_map))}.")
    return datasets_map[name].get_split(split_name, dataset_dir, file_pattern, reader)
