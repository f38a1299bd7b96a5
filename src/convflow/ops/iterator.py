"""The nodes behind tf.data.Iterator. The handle of an iterator is a `resource` whose value is an `IteratorResource`."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from convflow.core import errors, values
from convflow.core.dtypes import DType
from convflow.core.shape import TensorShape, scalar
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation
from convflow.ops import dataset_entropy, dataset_function, rules
from convflow.ops.dataset_elements import Element
from convflow.ops.dataset_streams import Recipe
from convflow.ops.iterator_state import IteratorState, advance, advance_one_by_one
from convflow.ops.optional import OptionalValue

_STRUCTURE = "output_types: list(type) >= 1; output_shapes: list(shape) >= 1"
# A handle that does not say what it iterates over leaves both lists empty.
_OPTIONAL_STRUCTURE = "output_types: list(type) = [] >= 0; output_shapes: list(shape) = [] >= 0"
_END: Any = object()
_BEFORE = {
    "GetNext()": "getting the next element",
    "Save()": "saving it",
    "Restore()": "restoring it",
}


class IteratorResource:
    """One iterator of one session: where it stands in its dataset. May be shared by threads.

    Args:
        name: what error messages and string handles call it.
        output_types, output_shapes: of each component of its elements, in flat order.
    """

    def __init__(self, name: str, output_types: list[DType], output_shapes: list[TensorShape]) -> None:
        self.name = name
        self.output_types = output_types
        self.output_shapes = output_shapes
        self._elements: Iterator[Element] | None = None
        self._recipe: Recipe | None = None
        self._random = random.Random()
        self._entropy = self._taken = self._failed = 0
        self._lock = threading.Lock()

    @property
    def handle(self) -> bytes:
        return b"iterator/" + self.name.encode()

    def start(self, recipe: Recipe) -> None:
        """Begin at the first element of a dataset made anew."""
        with self._lock:
            self._begin(recipe, dataset_entropy.fresh_seed())

    def _begin(self, recipe: Recipe, entropy: int) -> None:
        self._recipe, self._entropy, self._random = recipe, entropy, random.Random(entropy)
        self._taken = self._failed = 0
        with dataset_entropy.drawing(self._random):
            self._elements = iter(recipe.dataset())

    def save(self) -> IteratorState:
        """How far it has come.

        Raises:
            FailedPreconditionError: no dataset was given yet.
        """
        with self._lock:
            if self._elements is None:
                raise self._not_started("Save()")
            return IteratorState(self._entropy, self._taken, self._failed)

    def restore(self, state: IteratorState) -> None:
        """Go to a place in the dataset that was given.

        Raises:
            FailedPreconditionError: no dataset was given yet.
        """
        with self._lock:
            if self._recipe is None:
                raise self._not_started("Restore()")
            self._begin(self._recipe, state.entropy)
            elements: Any = self._elements
            with dataset_entropy.drawing(self._random):
                (advance_one_by_one if state.failed else advance)(elements, state.taken)
            self._taken, self._failed = state.taken, state.failed

    def _not_started(self, what: str) -> errors.FailedPreconditionError:
        return errors.FailedPreconditionError(
            None,
            None,
            f"{what} failed because the iterator has not been initialized. Ensure that you have run the "
            f"initializer operation for this iterator before {_BEFORE[what]}: {self.name} is started by "
            "session.run(iterator.initializer), or by running what make_initializer returned.",
        )

    def next(self) -> tuple[Any, ...]:
        """The next element's components.

        Raises:
            FailedPreconditionError: no dataset was given yet.
            OutOfRangeError: there are no more elements.
        """
        with self._lock:
            if self._elements is None:
                raise self._not_started("GetNext()")
            self._taken += 1
            try:
                with dataset_entropy.drawing(self._random):
                    element = next(self._elements, _END)
                components = None if element is _END else element.components()
            except Exception:
                self._failed += 1
                raise
        if components is None:
            raise errors.OutOfRangeError(None, None, "End of sequence")
        return components

    def check_structure(self, output_types: list[DType], output_shapes: list[TensorShape]) -> None:
        """InvalidArgumentError where the iterator's elements are not of these types and shapes."""
        fits = self.output_types == output_types and all(
            mine.is_compatible_with(theirs) for mine, theirs in zip(self.output_shapes, output_shapes, strict=True)
        )
        if not fits:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"The iterator {self.name} gives {_structure(self.output_types, self.output_shapes)}, expected "
                f"{_structure(output_types, output_shapes)}. Give both the types and shapes of one dataset.",
            )


def _structure(types: list[DType], shapes: list[TensorShape]) -> str:
    return ", ".join(f"{dtype.name} {shape}" for dtype, shape in zip(types, shapes, strict=True))


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _resource(op: Operation, store: Any, make: Callable[[], IteratorResource]) -> IteratorResource:
    """The iterator of a node; nodes of one session that have a shared name have one iterator."""
    shared_name = _text(op.attrs["shared_name"])
    key = ("shared iterator", _text(op.attrs["container"]), shared_name) if shared_name else ("iterator", op.name)
    resource = store.resource(key, make)
    resource.check_structure(op.attrs["output_types"], op.attrs["output_shapes"])
    return resource


def _new(op: Operation) -> IteratorResource:
    name = _text(op.attrs["shared_name"]) or op.name
    return IteratorResource(name, op.attrs["output_types"], op.attrs["output_shapes"])


def _iterator_kernel(op: Operation, store: Any) -> Callable[[], IteratorResource]:
    return lambda: _resource(op, store, lambda: _new(op))


register_op(
    "IteratorV2",
    outputs="handle: resource",
    attrs=f"shared_name: string; container: string; {_STRUCTURE}",
    shape=rules.scalar_output,
    kernel=_iterator_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)


def _one_shot_kernel(op: Operation, store: Any) -> Callable[[], IteratorResource]:
    def started() -> IteratorResource:
        resource = _new(op)
        resource.start(dataset_function.call(op.attrs["dataset_factory"], op.graph, store))
        return resource

    return lambda: _resource(op, store, started)


register_op(
    "OneShotIterator",
    outputs="handle: resource",
    attrs=f"dataset_factory: func; {_STRUCTURE}; container: string = ''; shared_name: string = ''",
    shape=rules.scalar_output,
    kernel=_one_shot_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)


def _make(dataset: Recipe, iterator: IteratorResource) -> None:
    iterator.start(dataset)


register_op(
    "MakeIterator",
    inputs="dataset: variant; iterator: resource",
    shape=rules.no_output,
    kernel=lambda op, store: _make,
    gradient=NO_GRADIENT,
    stateful=True,
)


def _get_next_shape(ctx: InferenceContext) -> list[TensorShape]:
    return ctx.attr("output_shapes")


def _get_next_kernel(op: Operation, store: Any) -> Callable[[IteratorResource], tuple[Any, ...]]:
    types = [dtype.as_torch_dtype if dtype.is_numeric_tensor else None for dtype in op.attrs["output_types"]]
    sizes = [None if shape.rank is None else shape.as_list() for shape in op.attrs["output_shapes"]]

    def get_next(iterator: IteratorResource) -> tuple[Any, ...]:
        components = iterator.next()
        if len(components) != len(types) or not all(map(_fits, components, types, sizes)):
            raise errors.InvalidArgumentError(None, None, _misfit(op, components))
        return components

    return get_next


def _fits(value: Any, dtype: torch.dtype | None, sizes: list[int | None] | None) -> bool:
    if (value.dtype if isinstance(value, torch.Tensor) else None) != dtype:
        return False
    if sizes is None:
        return True
    return len(sizes) == value.ndim and all(
        size is None or size == actual for size, actual in zip(sizes, value.shape, strict=True)
    )


def _misfit(op: Operation, components: tuple[Any, ...]) -> str:
    given = _structure(
        [values.dtype_of(value) for value in components], [TensorShape(value.shape) for value in components]
    )
    return (
        f"The element has the components {given}, expected "
        f"{_structure(op.attrs['output_types'], op.attrs['output_shapes'])}. The iterator promises types and shapes "
        "that its dataset does not have: leave out the sizes that vary, or pass the dataset's own output_shapes."
    )


register_op(
    "IteratorGetNext",
    inputs="iterator: resource",
    outputs="components: (output_types...)",
    attrs=_STRUCTURE,
    shape=_get_next_shape,
    kernel=_get_next_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)


def _get_optional_kernel(op: Operation, store: Any) -> Callable[[IteratorResource], OptionalValue]:
    get_next = _get_next_kernel(op, store)

    def get_optional(iterator: IteratorResource) -> OptionalValue:
        try:
            return OptionalValue(get_next(iterator))
        except errors.OutOfRangeError:
            return OptionalValue(None)

    return get_optional


register_op(
    "IteratorGetNextAsOptional",
    inputs="iterator: resource",
    outputs="optional: variant",
    attrs=_STRUCTURE,
    shape=rules.scalar_output,
    kernel=_get_optional_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)


def _to_handle_kernel(op: Operation, store: Any) -> Callable[[IteratorResource], np.ndarray]:
    def handle(iterator: IteratorResource) -> np.ndarray:
        store.resource(("iterator handle", iterator.handle), lambda: iterator)
        return np.array(iterator.handle, dtype=object)

    return handle


register_op(
    "IteratorToStringHandle",
    inputs="resource_handle: resource",
    outputs="string_handle: string",
    shape=rules.scalar_output,
    kernel=_to_handle_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)


def _from_handle_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(0), 0, "string_handle")
    return [scalar()]


def _from_handle_kernel(op: Operation, store: Any) -> Callable[[Any], IteratorResource]:
    def find(string_handle: Any) -> IteratorResource:
        handle = string_handle.item()
        resource = store.resource(("iterator handle", handle), lambda: _no_such_iterator(handle))
        if op.attrs["output_types"]:
            resource.check_structure(
                op.attrs["output_types"],
                op.attrs["output_shapes"] or [TensorShape(None) for _ in op.attrs["output_types"]],
            )
        return resource

    return find


def _no_such_iterator(handle: Any) -> Any:
    raise errors.InvalidArgumentError(
        None,
        None,
        f"{handle!r} is not the handle of an iterator of this session. Feed what this session returned for "
        "session.run(iterator.string_handle()).",
    )


register_op(
    "IteratorFromStringHandleV2",
    inputs="string_handle: string",
    outputs="resource_handle: resource",
    attrs=_OPTIONAL_STRUCTURE,
    shape=_from_handle_shape,
    kernel=_from_handle_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)
