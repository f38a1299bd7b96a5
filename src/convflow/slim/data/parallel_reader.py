"""Several readers of one set of files (API: slim.parallel_reader)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from convflow.core import dtypes as tf_dtypes
from convflow.formats import gfile
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.identity import group
from convflow.ops.math.arithmetic import add_n
from convflow.ops.queue import FIFOQueue, QueueBase, RandomShuffleQueue
from convflow.ops.reader import ReaderBase
from convflow.slim.data.prefetch_queue import summarize_fullness
from convflow.training.input_producer import string_input_producer
from convflow.training.queue_runner import QueueRunner, add_queue_runner


class ParallelReader(ReaderBase):
    """Readers that fill one queue (API: slim.parallel_reader.ParallelReader).

    Args:
        reader_class: makes one reader, such as `tf.TFRecordReader`.
        common_queue: what they fill, with keys and values, two strings.
        num_readers: how many.
        reader_kwargs: for `reader_class`.
    """

    def __init__(
        self,
        reader_class: Callable[..., ReaderBase],
        common_queue: QueueBase,
        num_readers: int = 4,
        reader_kwargs: dict[str, Any] | None = None,
    ) -> None:
        self._readers = [reader_class(**(reader_kwargs or {})) for _ in range(num_readers)]
        self._common_queue = common_queue

    @property
    def num_readers(self) -> int:
        """How many readers there are."""
        return len(self._readers)

    @property
    def common_queue(self) -> QueueBase:
        """The queue that they fill."""
        return self._common_queue

    def read(self, queue: Any, name: str | None = None) -> Any:
        """The next key and value, scalar strings, of files whose names `queue` gives."""
        self._fill([self._common_queue.enqueue(reader.read(queue)) for reader in self._readers])
        return self._common_queue.dequeue(name=name)

    def read_up_to(self, queue: Any, num_records: Any, name: str | None = None) -> Any:
        """Up to `num_records` keys and values, string vectors."""
        self._fill([self._common_queue.enqueue_many(reader.read_up_to(queue, num_records)) for reader in self._readers])
        return self._common_queue.dequeue_up_to(num_records, name)

    def _fill(self, enqueue_ops: list[Operation]) -> None:
        add_queue_runner(QueueRunner(self._common_queue, enqueue_ops))

    def num_records_produced(self, name: str | None = None) -> Tensor:
        """How many records all readers have read, int64."""
        return add_n([reader.num_records_produced() for reader in self._readers], name=name)

    def num_work_units_completed(self, name: str | None = None) -> Tensor:
        """How many files all readers have read, int64."""
        return add_n([reader.num_work_units_completed() for reader in self._readers], name=name)

    def reset(self, name: str | None = None) -> Operation:
        """All readers begin anew."""
        return group(*[reader.reset() for reader in self._readers], name=name)

    @property
    def reader_ref(self) -> Any:
        raise NotImplementedError("A ParallelReader has no handle of its own; each of its readers has one.")

    @property
    def supports_serialize(self) -> bool:
        """False: several readers have no common state."""
        return False


def parallel_read(
    data_sources: Any,
    reader_class: Callable[..., ReaderBase],
    num_epochs: int | None = None,
    num_readers: int = 4,
    reader_kwargs: dict[str, Any] | None = None,
    shuffle: bool = True,
    dtypes: Sequence[Any] | None = None,
    capacity: int = 256,
    min_after_dequeue: int = 128,
    seed: int | None = None,
    scope: str | None = None,
) -> Any:
    """Records of many files, read in parallel (API: slim.parallel_reader.parallel_read).

    Args:
        data_sources: a file, a pattern, or a list of them.
        reader_class, reader_kwargs, num_readers: see `ParallelReader`.
        num_epochs: how often the files are read; None for ever.
        shuffle: whether files and records come in a random order.
        dtypes: of key and value, both strings if None.
        capacity, min_after_dequeue: how many records wait at most and, if shuffled, at least.
        seed: for the order.
        scope: the name scope.

    Returns:
        Key and value of a record.

    Raises:
        ValueError: a pattern that matches no file.
    """
    data_files = get_data_files(data_sources)
    with name_scope(scope or "parallel_read"):
        filenames = string_input_producer(
            data_files, num_epochs=num_epochs, shuffle=shuffle, seed=seed, name="filenames"
        )
        types = list(dtypes or [tf_dtypes.string, tf_dtypes.string])
        queue: QueueBase
        if shuffle:
            queue = RandomShuffleQueue(capacity, min_after_dequeue, types, seed=seed, name="common_queue")
        else:
            queue = FIFOQueue(capacity, types, name="common_queue")
        summarize_fullness(queue, capacity)
        return ParallelReader(reader_class, queue, num_readers, reader_kwargs).read(filenames)


def single_pass_read(
    data_sources: Any,
    reader_class: Callable[..., ReaderBase],
    reader_kwargs: dict[str, Any] | None = None,
    scope: str | None = None,
) -> Any:
    """Records of files, each once, in order (API: slim.parallel_reader.single_pass_read).

    Args:
        data_sources: a file, a pattern, or a list of them.
        reader_class: a class of readers, such as `tf.TFRecordReader`.
        reader_kwargs: its arguments; None for none.
        scope: the name scope.

    Returns:
        Key and value of a record, string scalars; after the last OutOfRangeError.

    Raises:
        ValueError: a pattern that matches no file.
    """
    data_files = get_data_files(data_sources)
    with name_scope(scope or "single_pass_read"):
        filenames = string_input_producer(data_files, num_epochs=1, shuffle=False, capacity=1, name="filenames")
        return reader_class(**(reader_kwargs or {})).read(filenames)


def get_data_files(data_sources: Any) -> list[str]:
    """The files of names, patterns, or lists of them (API: slim.parallel_reader.get_data_files).

    Args:
        data_sources: a path, a pattern with * ? or [, or a list of them.

    Returns:
        a list of paths; one that is no pattern is not looked for.

    Raises:
        ValueError: a pattern that matches no file, or no name at all.
    """
    if isinstance(data_sources, (list, tuple)):
        files = [file for source in data_sources for file in get_data_files(source)]
    elif any(sign in data_sources for sign in "*?["):
        files = gfile.glob(data_sources)
    else:
        files = [data_sources]
    if not files:
        raise ValueError(f"No data files found in {data_sources}. Check the folder and the pattern.")
    return files
