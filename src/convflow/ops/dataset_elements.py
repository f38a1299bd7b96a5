"""What datasets hand to each other while a session runs: elements, as references for as long as possible.

An element of a sliced tensor is a `Row`, a place in that tensor. Shuffling, repeating and skipping move these
references around, and a batch of them is one gather for each component: no element is copied on its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch

from convflow.core import dtypes, errors

# PyTorch stores these but does not gather them: their bits travel under another name.
_SIGNED = {torch.uint16: torch.int16, torch.uint32: torch.int32, torch.uint64: torch.int64}


class Element(Protocol):
    """One element of a dataset."""

    def components(self) -> tuple[Any, ...]:
        """The values as kernels hold them, in memory that belongs to the caller."""


class VariantValue:
    """A value of type `variant` that is a scalar: a dataset, or an optional value."""

    shape: tuple[int, ...] = ()
    ndim = 0
    dtype = dtypes.variant


class Source(Protocol):
    """Something whose rows can be gathered at once."""

    def row(self, index: int) -> tuple[Any, ...]: ...

    def take(self, indices: list[int]) -> tuple[Any, ...]:
        """The rows, stacked: one value for each component."""


class Row(NamedTuple):
    """A reference to a row of a source."""

    source: Source
    place: int

    def components(self) -> tuple[Any, ...]:
        return self.source.row(self.place)


class Values(NamedTuple):
    """Values made for this element alone."""

    values: tuple[Any, ...]

    def components(self) -> tuple[Any, ...]:
        return self.values


class Joined(NamedTuple):
    """Elements of several datasets side by side."""

    parts: tuple[Element, ...]

    def components(self) -> tuple[Any, ...]:
        return tuple(value for part in self.parts for value in part.components())


class Slices:
    """Tensors of one first dimension, taken apart along it: a source, and a dataset of its rows."""

    def __init__(self, components: Sequence[Any]) -> None:
        self._components = tuple(components)

    def __iter__(self) -> Iterator[Element]:
        return map(Row, repeat(self), range(len(self._components[0])))

    def row(self, index: int) -> tuple[Any, ...]:
        return tuple(_copy(component[index]) for component in self._components)

    def take(self, indices: list[int]) -> tuple[Any, ...]:
        at = torch.tensor(indices)
        return tuple(
            _gather(component, at) if isinstance(component, torch.Tensor) else component[indices]
            for component in self._components
        )


class Numbers:
    """The numbers of a range: a source of scalars, and the dataset of them."""

    def __init__(self, numbers: range, dtype: dtypes.DType) -> None:
        self._numbers = numbers
        self._dtype = dtype.as_torch_dtype

    def __iter__(self) -> Iterator[Element]:
        # Their own index: a range may be longer than Python's sequences can be.
        return map(Row, repeat(self), self._numbers)

    def row(self, index: int) -> tuple[Any, ...]:
        return (torch.tensor(index, dtype=self._dtype),)

    def take(self, indices: list[int]) -> tuple[Any, ...]:
        return (torch.tensor(indices, dtype=self._dtype),)


def kept(element: Element) -> Element:
    """The element in a form that can be handed out more than once."""
    if isinstance(element, Values):
        return Row(Slices([one_row(value) for value in element.values]), 0)
    if isinstance(element, Joined):
        return Joined(tuple(kept(part) for part in element.parts))
    return element


def one_row(value: Any) -> Any:
    """The value with a first dimension of size 1 before its own."""
    return _objects([value]) if isinstance(value, VariantValue) else value[None]


def _objects(items: list[Any]) -> np.ndarray:
    column = np.empty(len(items), object)
    column[:] = items
    return column


def rows(element: Element) -> Iterable[Element]:
    """The elements that `element` is a batch of.

    Raises:
        InvalidArgumentError: the components have first dimensions of different sizes, or none.
    """
    components = element.components()
    sizes = {len(value) if value.ndim else None for value in components}
    if len(sizes) > 1 or None in sizes:
        shapes = [list(value.shape) for value in components]
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Input element must have the same batch size in each component; they have the shapes {shapes}.",
        )
    return Slices(components)


def batched(elements: list[Any]) -> Values:
    """One element whose components are those of `elements` stacked along a new first dimension.

    Raises:
        InvalidArgumentError: the shapes of a component differ.
    """
    kinds = {type(element) for element in elements}
    if kinds == {Row} and len({id(row.source) for row in elements}) == 1:
        return Values(elements[0].source.take([row.place for row in elements]))
    if kinds == {Joined}:
        columns = zip(*(element.parts for element in elements), strict=True)
        return Values(tuple(value for column in columns for value in batched(list(column)).values))
    rows = [element.components() for element in elements]
    return Values(tuple(_stack(list(column), index) for index, column in enumerate(zip(*rows, strict=True))))


def _stack(column: list[Any], component: int) -> Any:
    for index, value in enumerate(column):
        if value.shape != column[0].shape:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Cannot batch tensors with different shapes in component {component}. First element had shape "
                f"{list(column[0].shape)} and element {index} had shape {list(value.shape)}. Make the elements "
                "one shape before Dataset.batch, by padding or resizing.",
            )
    if isinstance(column[0], VariantValue):
        return _objects(column)
    return torch.stack(column) if isinstance(column[0], torch.Tensor) else np.stack(column)


def _gather(component: torch.Tensor, at: torch.Tensor) -> torch.Tensor:
    signed = _SIGNED.get(component.dtype)
    if signed is None:
        return component.index_select(0, at)
    return component.view(signed).index_select(0, at).view(component.dtype)


def owned(value: Any) -> Any:
    """The value in memory of its own."""
    if isinstance(value, VariantValue):
        return value
    return value.clone() if isinstance(value, torch.Tensor) else value.copy()


def _copy(value: Any) -> Any:
    if isinstance(value, VariantValue):
        return value
    # A single string comes out of its array as bytes.
    return value.clone() if isinstance(value, torch.Tensor) else np.array(value, dtype=object)
