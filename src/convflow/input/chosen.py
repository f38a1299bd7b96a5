"""The nodes of pipeline steps that choose among elements and datasets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.function import trace
from convflow.graph.operation import Tensor
from convflow.graph.scopes import get_default_graph
from convflow.input import structure
from convflow.input.functions import traced
from convflow.input.nested import Node
from convflow.input.structure import ElementSpec
from convflow.input.transforms import seeds
from convflow.ops import dataset_choice as _choice_ops  # noqa: F401 (registers the nodes made here)
from convflow.ops.math.cast import cast

Function = Callable[..., Any]
_KEY = (dtypes.int64, TensorShape([]))


def random_numbers(seed: Any) -> Node:
    first, second = seeds(seed)
    spec = ElementSpec.of(dtypes.int64, TensorShape([]))
    return Node(apply_op("RandomDataset", seed=first, seed2=second, **spec.attrs), spec)


def unique(source: Node) -> Node:
    if len(source.spec.flat_types) != 1 or source.spec.flat_types[0] not in (
        dtypes.int32,
        dtypes.int64,
        dtypes.string,
    ):
        raise TypeError(
            f"tf.data.experimental.unique() is for elements of one tf.int32, tf.int64 or tf.string component, got "
            f"{source.spec.types!r}."
        )
    return Node(apply_op("UniqueDataset", input_dataset=source.variant, **source.spec.attrs), source.spec)


def directed(selector: Node, sources: Sequence[Node], stops: bool) -> Node:
    """Elements of the dataset whose number `selector` gives next."""
    spec = sources[0].spec
    for other in sources[1:]:
        structure.check_same(spec.types, other.spec.types)
        if structure.flatten(spec.types) != structure.flatten(other.spec.types):
            raise TypeError(
                f"Datasets to choose from must have the same types, got {spec.types!r} and {other.spec.types!r}."
            )
    joined = spec
    for other in sources[1:]:
        joined = joined.common(other.spec)
    variant = apply_op(
        "DirectedInterleaveDataset",
        selector_input_dataset=selector.variant,
        stop_on_empty_dataset=stops,
        data_input_datasets=[source.variant for source in sources],
        **joined.attrs,
    )
    return Node(variant, joined)


def grouped(
    source: Node, key_func: Function, reduce_func: Callable[[Tensor, Node], Node], window_size_func: Function
) -> Node:
    """A GroupByWindowDataset node.

    Args:
        reduce_func: takes a key and the dataset of a window, returns a dataset.
    """
    graph = get_default_graph()
    key = traced("group_by_window_key", lambda *element: cast(key_func(*element), dtypes.int64), source.spec)
    inner: list[Node] = []

    def reduced(number: Tensor, window: Tensor) -> list[Tensor]:
        inner.append(reduce_func(number, Node(window, source.spec)))
        return [inner[0].variant]

    def size(number: Tensor) -> list[Tensor]:
        return [cast(window_size_func(number), dtypes.int64)]

    window = (dtypes.variant, TensorShape([]))
    bodies = {
        "key_func": key.body,
        "reduce_func": trace("Dataset_group_by_window_reduce", [_KEY, window], reduced, graph),
        "window_size_func": trace("Dataset_group_by_window_size", [_KEY], size, graph),
    }
    arguments: dict[str, Any] = {name: body.attr for name, body in bodies.items()}
    arguments |= {f"{name}_other_arguments": body.captured for name, body in bodies.items()}
    spec = inner[0].spec
    return Node(apply_op("GroupByWindowDataset", input_dataset=source.variant, **arguments, **spec.attrs), spec)


def single_element(source: Node) -> Any:
    components = apply_op("DatasetToSingleElement", dataset=source.variant, **source.spec.attrs)
    return source.spec.from_tensors(components)
