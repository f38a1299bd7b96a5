"""The items of a data set, read in parallel (API: slim.dataset_data_provider)."""

from __future__ import annotations

from typing import Any

from convflow.slim.data.data_provider import DataProvider
from convflow.slim.data.dataset import Dataset
from convflow.slim.data.parallel_reader import parallel_read


class DatasetDataProvider(DataProvider):
    """Reads the records of a data set and decodes them (API: slim.dataset_data_provider.DatasetDataProvider).

    Args:
        dataset: what is read.
        num_readers: in parallel.
        reader_kwargs: for the reader's class.
        shuffle: whether files and records come in a random order.
        num_epochs: how often all is read; None for ever.
        common_queue_capacity: how many records wait at most, and
        common_queue_min: at least, so that shuffling mixes well.
        record_key: the name under which the keys of the records are given.
        seed: for the order.
        scope: the name scope.

    Raises:
        ValueError: an item of the data set is called `record_key`.
    """

    def __init__(
        self,
        dataset: Dataset,
        num_readers: int = 1,
        reader_kwargs: dict[str, Any] | None = None,
        shuffle: bool = True,
        num_epochs: int | None = None,
        common_queue_capacity: int = 256,
        common_queue_min: int = 128,
        record_key: str = "record_key",
        seed: int | None = None,
        scope: str | None = None,
    ) -> None:
        key, data = parallel_read(
            dataset.data_sources, dataset.reader, num_epochs, num_readers, reader_kwargs, shuffle,
            capacity=common_queue_capacity, min_after_dequeue=common_queue_min, seed=seed, scope=scope,
        )  # fmt: skip
        items = dataset.decoder.list_items()
        tensors = dataset.decoder.decode(data, items)
        if record_key in items:
            raise ValueError(
                f"record_key={record_key!r} is the name of an item of the data set, too. Give the keys another name."
            )
        super().__init__({**dict(zip(items, tensors, strict=True)), record_key: key}, dataset.num_samples)
