"""Reading datasets element by element (API: tf.data.Iterator and the functions that make iterators)."""

from __future__ import annotations

import warnings
from typing import Any, Protocol

from convflow.core import dtypes, errors
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import add_to_collection, colocate_with, executing_eagerly, get_default_graph, name_scope
from convflow.graph.seeds import get_seed
from convflow.input import structure
from convflow.input.structure import ElementSpec
from convflow.ops import dataset_function
from convflow.ops import iterator as _iterator_ops  # noqa: F401 (registers the nodes made here)
from convflow.ops import iterator_saving as _saving_ops  # noqa: F401

_ITERATORS = "iterators"
# Programs that call get_next() in their training loop add a node with each step; from here on they are told.
_USUAL_GET_NEXT_CALLS = 32


class DatasetLike(Protocol):
    """What an iterator needs to know of a dataset."""

    _variant_tensor: Tensor
    _spec: ElementSpec


class Iterator:
    """A place in a dataset that sessions read from (API: tf.data.Iterator).

    Args:
        iterator_resource: the handle, a scalar `resource` tensor.
        initializer: the operation that starts it; None where it starts otherwise.
        output_types, output_shapes, output_classes: of its elements, as nested tuples and dicts.
    """

    def __init__(
        self,
        iterator_resource: Tensor,
        initializer: Operation | None,
        output_types: Any,
        output_shapes: Any = None,
        output_classes: Any = None,
    ) -> None:
        self._iterator_resource = iterator_resource
        self._initializer = initializer
        self._spec = ElementSpec.of(output_types, output_shapes, output_classes)
        self._string_handle = apply_op("IteratorToStringHandle", resource_handle=iterator_resource)
        self._get_next_calls = 0
        add_to_collection(_ITERATORS, iterator_resource)

    @staticmethod
    def from_structure(
        output_types: Any, output_shapes: Any = None, shared_name: str | None = None, output_classes: Any = None
    ) -> Iterator:
        """An iterator for any dataset of these types and shapes, started by `make_initializer`.

        Args:
            output_types: a nested structure of element types.
            output_shapes: the shapes in the same form; unknown if None.
            shared_name: iterators of one session with the same name are one iterator.

        Raises:
            TypeError, ValueError: no element types, or shapes in another form.
        """
        spec = ElementSpec.of(output_types, output_shapes, output_classes)
        return Iterator(_iterator_node(spec, shared_name), None, spec.types, spec.shapes, spec.classes)

    @staticmethod
    def from_string_handle(
        string_handle: Any, output_types: Any, output_shapes: Any = None, output_classes: Any = None
    ) -> Iterator:
        """The iterator whose handle a run feeds: what `session.run(other.string_handle())` returned."""
        spec = ElementSpec.of(output_types, output_shapes, output_classes)
        handle = convert_to_tensor(string_handle, dtypes.string)
        resource = apply_op("IteratorFromStringHandleV2", string_handle=handle, **spec.attrs)
        return Iterator(resource, None, spec.types, spec.shapes, spec.classes)

    @property
    def initializer(self) -> Operation:
        """The operation that (re)starts the iterator; ValueError if it has none."""
        if self._initializer is None:
            raise ValueError(
                "The iterator does not have an initializer: it was made by make_one_shot_iterator(), which needs "
                "none, or by Iterator.from_structure() or from_string_handle(). For those use what "
                "iterator.make_initializer(dataset) returns; or make it by dataset.make_initializable_iterator()."
            )
        return self._initializer

    def make_initializer(self, dataset: DatasetLike, name: str | None = None) -> Operation:
        """An operation that starts this iterator at the first element of `dataset`.

        Raises:
            TypeError: element types or shapes of the dataset do not fit the iterator's.
            ValueError: its elements have another form.
        """
        with name_scope(name, "make_initializer") as scope:
            self._check_fits(dataset)
        with colocate_with(self._iterator_resource):
            return apply_op(
                "MakeIterator",
                dataset=dataset._variant_tensor,
                iterator=self._iterator_resource,
                name=scope,
            )

    def _check_fits(self, dataset: DatasetLike) -> None:
        mine, theirs = self._spec, dataset._spec
        structure.check_same(mine.types, theirs.types)
        if structure.flatten(mine.classes) != structure.flatten(theirs.classes):
            raise TypeError(
                f"Expected output classes {mine.classes!r} but got dataset with output classes {theirs.classes!r}. "
                "Make the iterator with the dataset's own output_classes."
            )
        if structure.flatten(mine.types) != structure.flatten(theirs.types):
            raise TypeError(
                f"Expected output types {mine.types!r} but got dataset with output types {theirs.types!r}. Make the "
                "iterator from the dataset's own output_types, or cast the dataset's components."
            )
        if not mine.fits(theirs):
            raise TypeError(
                f"Expected output shapes compatible with {mine.shapes!r} but got dataset with output shapes "
                f"{theirs.shapes!r}. Make the iterator with shapes that cover both: None where sizes vary."
            )

    def get_next(self, name: str | None = None) -> Any:
        """Tensors of the next element, in the form of an element.

        Each run gives another element; all that use these tensors in one run see the same one. Past the last
        element, a run raises tf.errors.OutOfRangeError.
        """
        self._get_next_calls += 1
        if self._get_next_calls > _USUAL_GET_NEXT_CALLS:
            warnings.warn(
                f"Iterator.get_next() was called {self._get_next_calls} times. Each call adds a node: call it once, "
                "before the training loop, and run what it returned in every step.",
                stacklevel=2,
            )
        with colocate_with(self._iterator_resource):
            components = apply_op("IteratorGetNext", iterator=self._iterator_resource, name=name, **self._spec.attrs)
            return self._spec.from_tensors(components)

    def string_handle(self, name: str | None = None) -> Tensor:
        """A string that stands for this iterator in its session, for `Iterator.from_string_handle`."""
        if name is None:
            return self._string_handle
        return apply_op("IteratorToStringHandle", resource_handle=self._iterator_resource, name=name)

    @property
    def element_spec(self) -> Any:
        """The kind of its elements, a structure of `tf.TypeSpec`."""
        return self._spec.spec

    @property
    def output_types(self) -> Any:
        return self._spec.types

    @property
    def output_shapes(self) -> Any:
        return self._spec.shapes

    @property
    def output_classes(self) -> Any:
        return self._spec.classes


class EagerIterator(Iterator):
    """A place in a dataset, read by calling it (API: tf.contrib.eager.Iterator).

    Args:
        dataset: a `tf.data.Dataset`.

    Raises:
        RuntimeError: a graph is being built.
    """

    def __init__(self, dataset: DatasetLike) -> None:
        if not executing_eagerly():
            raise RuntimeError(
                f"{type(self).__name__} objects can only be used when eager execution is enabled, use "
                "tf.data.Dataset.make_initializable_iterator or tf.data.Dataset.make_one_shot_iterator for graph "
                "construction."
            )
        self._spec = dataset._spec
        self._initializer = None
        self._iterator_resource = _iterator_node(self._spec, None)
        apply_op("MakeIterator", dataset=dataset._variant_tensor, iterator=self._iterator_resource)

    def get_next(self, name: str | None = None) -> Any:
        """The next element; tf.errors.OutOfRangeError past the last one."""
        components = apply_op("IteratorGetNext", iterator=self._iterator_resource, **self._spec.attrs)
        return self._spec.from_tensors(components)

    def next(self) -> Any:
        """The next element; StopIteration past the last one."""
        try:
            return self.get_next()
        except errors.OutOfRangeError:
            raise StopIteration from None

    __next__ = next

    def __iter__(self) -> EagerIterator:
        return self


def _iterator_node(spec: ElementSpec, shared_name: str | None) -> Tensor:
    return apply_op("IteratorV2", container="", shared_name=shared_name or "", **spec.attrs)


def make_initializable_iterator(dataset: DatasetLike, shared_name: str | None = None) -> Iterator:
    """An iterator that must be started by running its `initializer` (API: tf.data.make_initializable_iterator).

    Args:
        dataset: a `tf.data.Dataset` of the default graph.
        shared_name: iterators of one session with the same name are one iterator; None for one of its own.

    Returns:
        An `Iterator`.

    Raises:
        RuntimeError: eager execution is enabled.
        ValueError: the dataset is of another graph.
    """
    if executing_eagerly():
        raise RuntimeError(
            "dataset.make_initializable_iterator is not supported when eager execution is enabled. "
            "Use `for element in dataset` instead."
        )
    _check_default_graph(dataset)
    with colocate_with(dataset._variant_tensor):
        resource = _iterator_node(dataset._spec, shared_name)
        initializer = apply_op("MakeIterator", dataset=dataset._variant_tensor, iterator=resource)
        return Iterator(resource, initializer, dataset._spec.types, dataset._spec.shapes, dataset._spec.classes)


def make_one_shot_iterator(dataset: DatasetLike) -> Iterator:
    """An iterator that goes through `dataset` once in each session, without being started
    (API: tf.data.make_one_shot_iterator).

    Args:
        dataset: a `tf.data.Dataset` of the default graph.

    Returns:
        An `Iterator`; in eager mode one that Python's `for` goes through.

    Raises:
        ValueError: the dataset depends on a placeholder, a variable or another node with state, or is of another graph.
    """
    _check_default_graph(dataset)
    if executing_eagerly():
        return EagerIterator(dataset)
    # The function takes a number of its own among the graph's random ops, as TensorFlow's does.
    get_seed(None)
    function = dataset_function.capture(dataset._variant_tensor)
    with colocate_with(dataset._variant_tensor):
        resource = apply_op("OneShotIterator", dataset_factory=function, **dataset._spec.attrs)
        return Iterator(resource, None, dataset._spec.types, dataset._spec.shapes, dataset._spec.classes)


def _check_default_graph(dataset: DatasetLike) -> None:
    if dataset._variant_tensor._owner is not get_default_graph():
        raise ValueError(
            f"The dataset {dataset._variant_tensor} was made in another graph than the default one, in which its "
            "iterator would be made. Make both inside the same `with graph.as_default():`."
        )


def get_output_types(dataset_or_iterator: Any) -> Any:
    """The element types, in the form of an element (API: tf.data.get_output_types).

    Args:
        dataset_or_iterator: a `tf.data.Dataset` or an iterator over one.

    Returns:
        `DType`s, in the form of an element.
    """
    return dataset_or_iterator.output_types


def get_output_shapes(dataset_or_iterator: Any) -> Any:
    """The shapes of an element's components (API: tf.data.get_output_shapes).

    Args:
        dataset_or_iterator: a `tf.data.Dataset` or an iterator over one.

    Returns:
        `TensorShape`s, in the form of an element.
    """
    return dataset_or_iterator.output_shapes


def get_output_classes(dataset_or_iterator: Any) -> Any:
    """The classes of an element's components (API: tf.data.get_output_classes).

    Args:
        dataset_or_iterator: a `tf.data.Dataset` or an iterator over one.

    Returns:
        Classes such as `tf.Tensor`, in the form of an element.
    """
    return dataset_or_iterator.output_classes
