"""Input pipelines (API: tf.data.Dataset)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import dtypes
from convflow.input import iterators, structure, transforms
from convflow.input.transforms import Node

AUTOTUNE = -1
"""Asks `prefetch` to choose the size of its buffer."""
_ENDLESS = -1


class Dataset:
    """A sequence of elements, each a nested structure of tensors (API: tf.data.Dataset).

    The static methods make datasets, the others return new ones; every call adds nodes to the graph, and
    nothing is read before an iterator asks. Structures are tuples, named tuples and dicts, nested at will.
    A `name` argument is accepted and, as in TensorFlow, does not name the nodes.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._variant_tensor = node.variant
        self._spec = node.spec

    # Sources

    @staticmethod
    def from_tensors(tensors: Any, name: str | None = None) -> Dataset:
        """One element: `tensors` itself."""
        return Dataset(transforms.tensors(tensors))

    @staticmethod
    def from_tensor_slices(tensors: Any, name: str | None = None) -> Dataset:
        """The rows of `tensors`: components of shape (n, ...) become n elements of shape (...).

        Raises:
            ValueError: a component without a first dimension, or first dimensions of different sizes.
        """
        return Dataset(transforms.tensor_slices(tensors))

    @staticmethod
    def range(*args: Any, output_type: Any = dtypes.int64, name: str | None = None) -> Dataset:
        """The numbers of Python's `range(*args)`, int64 scalars unless `output_type` says otherwise."""
        return Dataset(transforms.number_range(*args, output_type=output_type))

    @staticmethod
    def zip(*args: Any, datasets: Any = None, name: str | None = None) -> Dataset:
        """Elements of several datasets side by side, as long as all of them last.

        Args:
            args: one nested structure of datasets, or the datasets one by one.
            datasets: the same as a keyword.
        """
        given = args if datasets is None else (datasets,)
        if not given:
            raise TypeError("Dataset.zip needs datasets: pass a tuple or dict of them.")
        form = given[0] if len(given) == 1 else given
        for leaf in structure.flatten(form):
            if not isinstance(leaf, Dataset):
                advice = "use a tuple instead" if isinstance(leaf, list) else "pass datasets"
                raise TypeError(
                    "Invalid input to `zip`: expected a (nested) structure of tf.data.Dataset objects, found "
                    f"{leaf!r} of type {type(leaf).__name__}; {advice}."
                )
        return Dataset(transforms.zipped(structure.map_leaves(lambda dataset: dataset._node, form)))

    # Transformations

    def shuffle(
        self,
        buffer_size: Any,
        seed: Any = None,
        reshuffle_each_iteration: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """The elements in random order, each drawn from the next `buffer_size` ones.

        Args:
            buffer_size: elements that wait to be drawn; a perfect shuffle needs as many as the dataset has.
            seed: with the graph's seed decides the order, which is then TensorFlow's.
            reshuffle_each_iteration: whether each repetition has an order of its own; None means yes.
        """
        return Dataset(transforms.shuffle(self._node, buffer_size, seed, reshuffle_each_iteration))

    def batch(
        self,
        batch_size: Any,
        drop_remainder: Any = False,
        num_parallel_calls: Any = None,
        deterministic: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Elements stacked `batch_size` at a time along a new first dimension.

        Args:
            batch_size: at least 1, else running the iterator's initializer raises InvalidArgumentError.
            drop_remainder: leave out the last batch if it is smaller; the batch size is then part of the shape.
            num_parallel_calls, deterministic: recorded in the graph; batches always come in order.
        """
        return Dataset(transforms.batch(self._node, batch_size, drop_remainder, num_parallel_calls, deterministic))

    def repeat(self, count: Any = None, name: str | None = None) -> Dataset:
        """The dataset `count` times over; without end for None or -1."""
        return self._counted("RepeatDataset", _ENDLESS if count is None else count)

    def take(self, count: Any, name: str | None = None) -> Dataset:
        """The first `count` elements; all of them for -1."""
        return self._counted("TakeDataset", count)

    def skip(self, count: Any, name: str | None = None) -> Dataset:
        """What follows the first `count` elements; nothing for -1."""
        return self._counted("SkipDataset", count)

    def _counted(self, op_type: str, count: Any) -> Dataset:
        return Dataset(transforms.counted(op_type, self._node, count))

    def concatenate(self, dataset: Dataset, name: str | None = None) -> Dataset:
        """This dataset's elements, then those of `dataset`, which must have the same types."""
        if not isinstance(dataset, Dataset):
            raise TypeError(f"Expected a tf.data.Dataset to concatenate, got {dataset!r} of type {type(dataset)}.")
        return Dataset(transforms.concatenate(self._node, dataset._node))

    def cache(self, filename: Any = "", name: str | None = None) -> Dataset:
        """The elements, kept in memory from the first complete iteration on.

        Raises:
            NotImplementedError: a filename; only memory is used.
        """
        if filename != "":
            raise NotImplementedError(
                f"Dataset.cache keeps elements in memory only, got filename={filename!r}. Call cache() without it."
            )
        return Dataset(transforms.cache(self._node, filename))

    def prefetch(self, buffer_size: Any, name: str | None = None) -> Dataset:
        """The same elements; `buffer_size` is recorded in the graph (nothing is computed ahead)."""
        return Dataset(transforms.prefetch(self._node, buffer_size))

    def apply(self, transformation_func: Callable[[Dataset], Any]) -> Dataset:
        """What `transformation_func` makes of this dataset, which must be a dataset."""
        dataset = transformation_func(self)
        if not isinstance(dataset, Dataset):
            raise TypeError(
                f"`transformation_func` must return a tf.data.Dataset, got {dataset!r} of type {type(dataset)}."
            )
        return dataset

    # Reading

    def make_one_shot_iterator(self) -> iterators.Iterator:
        """See `iterators.make_one_shot_iterator`."""
        return iterators.make_one_shot_iterator(self)

    def make_initializable_iterator(self, shared_name: str | None = None) -> iterators.Iterator:
        """See `iterators.make_initializable_iterator`."""
        return iterators.make_initializable_iterator(self, shared_name)

    def __iter__(self) -> Any:
        raise RuntimeError(
            "A tf.data.Dataset has no elements while the graph is built. Make an iterator "
            "(dataset.make_one_shot_iterator()), take its get_next(), and run that in a session."
        )

    # What the elements are

    @property
    def output_types(self) -> Any:
        """The element type of each component, in the form of an element."""
        return self._spec.types

    @property
    def output_shapes(self) -> Any:
        """What is known of each component's shape."""
        return self._spec.shapes

    @property
    def output_classes(self) -> Any:
        """The class of each component: tf.Tensor."""
        return self._spec.classes

    def __repr__(self) -> str:
        shapes = str(structure.map_leaves(str, self.output_shapes)).replace("'", "")
        types = str(structure.map_leaves(repr, self.output_types)).replace("'", "")
        return f"<DatasetV1Adapter shapes: {shapes}, types: {types}>"
