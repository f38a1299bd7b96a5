"""Input pipelines (API: tf.data.Dataset)."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.scopes import executing_eagerly
from convflow.graph.type_spec import register_type_spec
from convflow.input import file_names, iterators, mapped, structure, transforms
from convflow.input.generator import from_generator
from convflow.input.nested import DatasetSpec, Node
from convflow.input.options import Options

AUTOTUNE = -1
"""Asks `prefetch` to choose the size of its buffer."""
_ENDLESS = -1


class Dataset:
    """A sequence of elements, each a nested structure of tensors (API: tf.data.Dataset).

    The static methods make datasets, the others return new ones; every call adds nodes to the graph, and
    nothing is read before an iterator asks. Structures are tuples, named tuples and dicts, nested at will.
    A `name` argument is accepted and, as in TensorFlow, does not name the nodes.

    Args:
        node: what the static methods make: the dataset's node in the graph, and the form of its elements.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._variant_tensor = node.variant
        self._spec = node.spec
        self._options = Options()

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
    def from_sparse_tensor_slices(sparse_tensor: Any) -> Dataset:
        """The rows of a sparse tensor, as triples of indices, values and shape: what `tf.SparseTensor` takes.

        Args:
            sparse_tensor: a `tf.SparseTensor` whose indices are in row-major order.

        Raises:
            TypeError: it is none.
        """
        return Dataset(transforms.sparse_tensor_slices(sparse_tensor))

    @staticmethod
    def range(*args: Any, output_type: Any = dtypes.int64, name: str | None = None) -> Dataset:
        """The numbers of Python's `range(*args)`, int64 scalars unless `output_type` says otherwise."""
        return Dataset(transforms.number_range(*args, output_type=output_type))

    @staticmethod
    def list_files(
        file_pattern: Any, shuffle: bool | None = None, seed: Any = None, name: str | None = None
    ) -> Dataset:
        """The names of the files that match one or several glob patterns, scalar strings.

        Args:
            shuffle: False for the names in order; otherwise they come in an order of their own each time.
            seed: see `shuffle`.

        Raises:
            tf.errors.InvalidArgumentError: (when read) no file matches.
        """
        return Dataset(file_names.listed(file_pattern, shuffle, seed))

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

    @staticmethod
    def from_generator(
        generator: Callable[..., Any],
        output_types: Any = None,
        output_shapes: Any = None,
        args: Any = None,
        output_signature: Any = None,
        name: str | None = None,
    ) -> Dataset:
        """What a Python generator yields; each iteration calls `generator` anew.

        Args:
            generator: a callable that returns something to iterate over.
            output_types: the element types, in the form of what it yields.
            output_shapes: their shapes in the same form; unknown if None.
            args: tensors whose values (NumPy) are passed to `generator`.
            output_signature: 2.x's; give `output_types` instead.

        Raises:
            TypeError: `generator` cannot be called, or the types are missing.
        """
        if not callable(generator):
            raise TypeError(f"`generator` must be a Python callable, got {generator!r}.")
        if output_types is None:
            raise TypeError("Dataset.from_generator needs `output_types`, e.g. tf.float32 or (tf.float32, tf.int64).")
        spec = structure.ElementSpec.of(output_types, output_shapes)
        arguments = [convert_to_tensor(value) for value in args or ()]
        once = Dataset.from_tensors(0)
        return once.flat_map(lambda _: Dataset(from_generator(generator, spec, arguments)))

    # Transformations

    def map(
        self,
        map_func: Callable[..., Any],
        num_parallel_calls: Any = None,
        deterministic: bool | None = None,
        synchronous: bool | None = None,
        use_unbounded_threadpool: bool = False,
        name: str | None = None,
    ) -> Dataset:
        """`map_func` of each element.

        Args:
            map_func: takes an element (a tuple as several arguments) as tensors, returns a structure of tensors.
                It is called once, to build nodes; `tf.py_func` calls Python for each element.
            num_parallel_calls: elements computed at a time, in as many threads; -1 for one for each processor.
                The order stays that of the elements.
        """
        return Dataset(mapped.mapped(self._node, map_func, num_parallel_calls, deterministic))

    def filter(self, predicate: Callable[..., Any], name: str | None = None) -> Dataset:
        """The elements for which `predicate`, as in `map`, returns a boolean scalar that is true."""
        return Dataset(mapped.filtered("FilterDataset", self._node, predicate, "filter"))

    def take_while(self, predicate: Callable[..., Any], name: str | None = None) -> Dataset:
        """The elements up to the first for which `predicate` is false."""
        return Dataset(mapped.filtered("TakeWhileDataset", self._node, predicate, "take_while"))

    def flat_map(self, map_func: Callable[..., Any], name: str | None = None) -> Dataset:
        """The elements of the datasets that `map_func` returns, one dataset after the other."""
        return Dataset(mapped.flat_mapped(self._node, map_func, _node_of))

    def interleave(
        self,
        map_func: Callable[..., Any],
        cycle_length: Any = -1,
        block_length: Any = 1,
        num_parallel_calls: Any = None,
        deterministic: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """`block_length` elements in turn from each of `cycle_length` datasets that `map_func` returns."""
        cycle = cycle_length
        if isinstance(cycle, int) and cycle == AUTOTUNE and num_parallel_calls is None:
            cycle = os.cpu_count() or 1
        settings = (cycle, block_length, num_parallel_calls, deterministic)
        return Dataset(mapped.interleaved(self._node, map_func, _node_of, *settings))

    def padded_batch(
        self,
        batch_size: Any,
        padded_shapes: Any = None,
        padding_values: Any = None,
        drop_remainder: Any = False,
        name: str | None = None,
    ) -> Dataset:
        """As `batch`, with each component padded at its ends to one shape.

        Args:
            padded_shapes: a shape for each component; None or -1 in it for the largest size of the batch.
            padding_values: a scalar for each component; zeros and empty strings if None.

        Raises:
            tf.errors.DataLossError: in reading: an element is larger than its padded shape.
        """
        return Dataset(mapped.padded_batch(self._node, batch_size, padded_shapes, padding_values, drop_remainder))

    def shard(self, num_shards: Any, index: Any, name: str | None = None) -> Dataset:
        """Every `num_shards`-th element, beginning with number `index`."""
        return Dataset(mapped.sharded(self._node, num_shards, index))

    def enumerate(self, start: int = 0, name: str | None = None) -> Dataset:
        """Pairs of a running number (int64, from `start`) and an element."""
        return Dataset.zip((Dataset.range(start, dtypes.int64.max), self))

    def unbatch(self, name: str | None = None) -> Dataset:
        """The rows of each element, one after the other."""
        return Dataset(mapped.unbatched(self._node))

    def reduce(self, initial_state: Any, reduce_func: Callable[..., Any], name: str | None = None) -> Any:
        """The last state: `reduce_func(state, element)` is the state after an element. Tensors, in a run."""
        return mapped.reduced(self._node, initial_state, reduce_func)

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

    def window(
        self, size: Any, shift: Any = None, stride: Any = 1, drop_remainder: Any = False, name: str | None = None
    ) -> Dataset:
        """Datasets of `size` neighbouring elements each.

        An element is a dataset, or a structure of datasets, one for each component.

        Args:
            size: of a window, at least 1.
            shift: from the first element of a window to the first of the next; `size` if None.
            stride: from one element of a window to the next.
            drop_remainder: leave out windows at the end that are smaller.
        """
        return Dataset(transforms.windows(self._node, size, shift, stride, drop_remainder))

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
        """The elements, kept from the first complete iteration on.

        Args:
            filename: where to keep them: what the names of two files begin with, which later runs read instead of the
                dataset; in memory if "". TensorFlow's own format.
        """
        return Dataset(transforms.cache(self._node, filename))

    def map_with_legacy_function(
        self,
        map_func: Callable[..., Any],
        num_parallel_calls: Any = None,
        deterministic: bool | None = None,
        use_unbounded_threadpool: bool = False,
    ) -> Dataset:
        """`map`; here there is one kind of function."""
        return self.map(map_func, num_parallel_calls, deterministic)

    def filter_with_legacy_function(self, predicate: Callable[..., Any]) -> Dataset:
        """`filter`; here there is one kind of function."""
        return self.filter(predicate)

    def with_options(self, options: Options, name: str | None = None) -> Dataset:
        """The same elements under `options`, which go before those set so far.

        Raises:
            TypeError: `options` is no tf.data.Options.
        """
        merged = self._options.merge(options)
        dataset = Dataset(self._node)
        dataset._options = merged
        return dataset

    def options(self) -> Options:
        """What `with_options` was given."""
        return self._options

    def prefetch(self, buffer_size: Any, name: str | None = None) -> Dataset:
        """The same elements; what functions make of them is computed ahead by a thread, up to `buffer_size`."""
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
        """The elements, in eager mode; RuntimeError while a graph is built."""
        if executing_eagerly():
            return iterators.EagerIterator(self)
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
        """The class of each component: tf.Tensor, tf.SparseTensor; a `tf.data.DatasetSpec` for a dataset."""
        return self._spec.classes

    @property
    def element_spec(self) -> Any:
        """The kind of its elements, a structure of `tf.TypeSpec`."""
        return self._spec.spec

    def __repr__(self) -> str:
        shapes = str(structure.map_leaves(str, self.output_shapes)).replace("'", "")
        types = str(structure.map_leaves(repr, self.output_types)).replace("'", "")
        return f"<DatasetV1Adapter shapes: {shapes}, types: {types}>"


DatasetSpec.dataset_class = Dataset
register_type_spec(Dataset, DatasetSpec.from_value)


def _node_of(value: Any, caller: str) -> Node:
    if not isinstance(value, Dataset):
        raise TypeError(f"`map_func` of {caller} must return a `Dataset` object. Got {type(value)}.")
    return value._node
