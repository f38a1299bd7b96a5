"""The nodes of datasets that choose among elements: in random order, once each, grouped, from several datasets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import torch

from convflow.core import errors
from convflow.core.shape import TensorShape, scalar
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation
from convflow.ops import dataset_entropy
from convflow.ops import dataset_sizes as sizes
from convflow.ops.dataset_elements import Element, Values, kept
from convflow.ops.dataset_map import function_of
from convflow.ops.dataset_streams import Recipe, Stream
from convflow.ops.philox_sequence import words

_STRUCTURE = "output_types: list(type) >= 1; output_shapes: list(shape) >= 1"
_END: Any = object()


def _scalar(ctx: InferenceContext) -> list[TensorShape]:
    return [scalar()]


def _refused(message: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, message)


# Random numbers


def _random_kernel(op: Operation, store: Any) -> Callable[..., Recipe]:
    def make(seed: torch.Tensor, seed2: torch.Tensor) -> Recipe:
        return Recipe(lambda: _random_numbers(int(seed), int(seed2)), size=sizes.fixed(sizes.INFINITE))

    return make


def _random_numbers(*seeds: int) -> Stream:
    chosen = seeds if any(seeds) else (dataset_entropy.seed(), dataset_entropy.seed())
    return Stream(lambda: map(_number, words(*chosen)))


def _number(word: int) -> Values:
    return Values((torch.tensor(word, dtype=torch.int64),))


register_op(
    "RandomDataset",
    inputs="seed: int64; seed2: int64",
    outputs="handle: variant",
    attrs=_STRUCTURE,
    shape=_scalar,
    kernel=_random_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)


# Each value once


class _Unique(Iterator[Element]):
    def __init__(self, source: Iterator[Element]) -> None:
        self._source = source
        self._seen: set[Any] = set()

    def __next__(self) -> Element:
        for element in self._source:
            values = element.components()
            key = (tuple(values[0].shape), str(values[0].tolist()))
            if key not in self._seen:
                self._seen.add(key)
                return Values(values)
        raise StopIteration


register_op(
    "UniqueDataset",
    inputs="input_dataset: variant",
    outputs="handle: variant",
    attrs=_STRUCTURE,
    shape=_scalar,
    kernel=lambda op: lambda source: Recipe(lambda dataset: Stream(lambda: _Unique(iter(dataset))), (source,)),
    gradient=NO_GRADIENT,
)


# From several datasets, by a dataset of their numbers


class _Directed(Iterator[Element]):
    def __init__(self, selector: Iterator[Element], datasets: list[Iterator[Element]], stops: bool) -> None:
        self._selector, self._stops = selector, stops
        self._datasets: list[Iterator[Element] | None] = list(datasets)

    def __next__(self) -> Element:
        while any(dataset is not None for dataset in self._datasets):
            chosen = int(next(self._selector).components()[0])
            if not 0 <= chosen < len(self._datasets):
                raise _refused(
                    f"Selector index out of range: {chosen}, expected a number from 0 to {len(self._datasets) - 1}."
                )
            dataset = self._datasets[chosen]
            element = _END if dataset is None else next(dataset, _END)
            if element is not _END:
                return element
            if self._stops:
                break
            self._datasets[chosen] = None
        raise StopIteration


def _directed_kernel(op: Operation) -> Callable[..., Recipe]:
    stops = op.attrs["stop_on_empty_dataset"]

    def make(selector: Recipe, *datasets: Recipe) -> Recipe:
        def interleaved(choices: Iterable[Element], *data: Iterable[Element]) -> Stream:
            return Stream(lambda: _Directed(iter(choices), [iter(one) for one in data], stops))

        return Recipe(interleaved, (selector, *datasets))

    return make


register_op(
    "DirectedInterleaveDataset",
    inputs="selector_input_dataset: variant; data_input_datasets: N * variant",
    outputs="handle: variant",
    attrs=f"{_STRUCTURE}; N: int >= 1; stop_on_empty_dataset: bool = false",
    shape=_scalar,
    kernel=_directed_kernel,
    gradient=NO_GRADIENT,
)


# Grouped by a key


class _Windows(Iterator[Element]):
    """Elements of one key collected until they are as many as their window, which then becomes a dataset."""

    def __init__(
        self,
        source: Iterator[Element],
        key_of: Callable[[Element], int],
        size_of: Callable[[int], int],
        reduce: Callable[[int, list[Element]], Iterable[Element]],
    ) -> None:
        self._source, self._key_of, self._size_of, self._reduce = source, key_of, size_of, reduce
        self._groups: dict[int, list[Element]] = {}
        self._sizes: dict[int, int] = {}
        self._current: Iterator[Element] = iter(())
        self._has_more = True

    def __next__(self) -> Element:
        while True:
            element = next(self._current, _END)
            if element is not _END:
                return element
            key = self._full_group()
            if key is None:
                raise StopIteration
            self._current = iter(self._reduce(key, self._groups.pop(key)))

    def _full_group(self) -> int | None:
        while self._has_more:
            element = next(self._source, _END)
            if element is _END:
                self._has_more = False
                break
            element = kept(element)
            key = self._key_of(element)
            group = self._groups.setdefault(key, [])
            if not group:
                self._sizes[key] = self._window(key)
            group.append(element)
            if len(group) >= self._sizes[key]:
                return key
        return min(self._groups, default=None)

    def _window(self, key: int) -> int:
        size = self._size_of(key)
        if size <= 0:
            raise _refused(f"Window size must be greater than zero, but got {size} for the key {key}.")
        return size


def _group_by_window_kernel(op: Operation, store: Any) -> Callable[..., Recipe]:
    names = ("key_func", "reduce_func", "window_size_func")
    functions = [function_of(op, name, store) for name in names]
    counts = [len(op.attrs[f"T{name}_other_arguments"]) for name in names]

    def make(source: Recipe, *captured: Any) -> Recipe:
        left = iter(captured)
        key_args, reduce_args, size_args = (tuple(islice(left, count)) for count in counts)

        def key_of(element: Element) -> int:
            return int(functions[0](*element.components(), *key_args)[0])

        def size_of(key: int) -> int:
            return int(functions[2](torch.tensor(key), *size_args)[0])

        def reduced(key: int, group: list[Element]) -> Iterable[Element]:
            recipe = functions[1](torch.tensor(key), Recipe(lambda: group, size=sizes.fixed(len(group))), *reduce_args)[
                0
            ]
            return recipe.dataset()

        def windows(dataset: Iterable[Element]) -> Stream:
            return Stream(lambda: _Windows(iter(dataset), key_of, size_of, reduced))

        return Recipe(windows, (source,), computes=True)

    return make


register_op(
    "GroupByWindowDataset",
    inputs=(
        "input_dataset: variant; key_func_other_arguments: (Tkey_func_other_arguments...); "
        "reduce_func_other_arguments: (Treduce_func_other_arguments...); "
        "window_size_func_other_arguments: (Twindow_size_func_other_arguments...)"
    ),
    outputs="handle: variant",
    attrs=(
        "key_func: func; reduce_func: func; window_size_func: func; Tkey_func_other_arguments: list(type) >= 0; "
        "Treduce_func_other_arguments: list(type) >= 0; Twindow_size_func_other_arguments: list(type) >= 0; "
        f"{_STRUCTURE}"
    ),
    shape=_scalar,
    kernel=_group_by_window_kernel,
    gradient=NO_GRADIENT,
)


# The only element


def _single_shapes(ctx: InferenceContext) -> list[TensorShape]:
    return list(ctx.attr("output_shapes"))


def _single_kernel(op: Operation, store: Any) -> Callable[[Recipe], tuple[Any, ...]]:
    def single(recipe: Recipe) -> tuple[Any, ...]:
        first = list(islice(recipe.dataset(), 2))
        if len(first) != 1:
            raise _refused(f"Dataset {'was empty' if not first else 'had more than one element'}: one is expected.")
        return first[0].components()

    return single


register_op(
    "DatasetToSingleElement",
    inputs="dataset: variant",
    outputs="components: (output_types...)",
    attrs=_STRUCTURE,
    shape=_single_shapes,
    kernel=_single_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)
