"""The nodes of pipeline steps that call a program's functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.function import trace
from convflow.graph.operation import Tensor
from convflow.graph.scopes import get_default_graph, name_scope
from convflow.graph.static_value import constant_value, constant_value_as_shape
from convflow.graph.type_spec import TensorSpec
from convflow.input import structure
from convflow.input.functions import TracedFunction, traced, traced_predicate
from convflow.input.nested import Node
from convflow.input.structure import ElementSpec
from convflow.input.transforms import batch_rows, normalized
from convflow.ops import dataset_generator as _generator_ops  # noqa: F401 (registers the nodes made here)
from convflow.ops import dataset_map as _map_ops  # noqa: F401
from convflow.ops import dataset_padded as _padded_ops  # noqa: F401

Function = Callable[..., Any]


def _order(deterministic: bool | None) -> str:
    return "default" if deterministic is None else str(bool(deterministic)).lower()


def mapped(
    source: Node,
    map_func: Function,
    num_parallel_calls: Any = None,
    deterministic: bool | None = None,
) -> Node:
    function = traced("map", map_func, source.spec)
    inputs = {"input_dataset": source.variant, **function.attrs(), **function.spec.attrs}
    if num_parallel_calls is None:
        return Node(apply_op("MapDataset", **inputs), function.spec)
    calls = convert_to_tensor(num_parallel_calls, dtypes.int64, "num_parallel_calls")
    variant = apply_op("ParallelMapDatasetV2", **inputs, num_parallel_calls=calls, deterministic=_order(deterministic))
    return Node(variant, function.spec)


def mapped_and_batched(
    source: Node, map_func: Function, batch_size: Any, num_parallel_calls: Any, drop_remainder: Any
) -> Node:
    function = traced("map_and_batch", map_func, source.spec)
    size = convert_to_tensor(batch_size, dtypes.int64, "batch_size")
    calls = convert_to_tensor(num_parallel_calls, dtypes.int64, "num_parallel_calls")
    drop = convert_to_tensor(drop_remainder, dtypes.bool, "drop_remainder")
    spec = function.spec.batched(batch_rows(size, drop))
    variant = apply_op(
        "MapAndBatchDataset",
        input_dataset=source.variant,
        batch_size=size,
        num_parallel_calls=calls,
        drop_remainder=drop,
        preserve_cardinality=True,
        **function.attrs(),
        **spec.attrs,
    )
    return Node(variant, spec)


def filtered(op_type: str, source: Node, predicate: Function, name: str) -> Node:
    """A FilterDataset or TakeWhileDataset node."""
    function = traced_predicate(name, predicate, source.spec)
    attrs = {**function.attrs("predicate"), **source.spec.attrs}
    return Node(apply_op(op_type, input_dataset=source.variant, **attrs), source.spec)


def flat_mapped(source: Node, map_func: Function, node_of: Callable[[Any, str], Node]) -> Node:
    attrs, spec = _inner_datasets("flat_map", source, map_func, node_of)
    return Node(apply_op("FlatMapDataset", input_dataset=source.variant, **attrs), spec)


def interleaved(
    source: Node,
    map_func: Function,
    node_of: Callable[[Any, str], Node],
    cycle_length: Any,
    block_length: Any,
    num_parallel_calls: Any,
    deterministic: bool | None,
) -> Node:
    attrs, spec = _inner_datasets("interleave", source, map_func, node_of)
    cycle = convert_to_tensor(cycle_length, dtypes.int64, "cycle_length")
    block = convert_to_tensor(block_length, dtypes.int64, "block_length")
    inputs: dict[str, Any] = {"input_dataset": source.variant, **attrs, "cycle_length": cycle, "block_length": block}
    if num_parallel_calls is None:
        return Node(apply_op("InterleaveDataset", **inputs), spec)
    chosen = -1
    ahead: dict[str, Any] = {
        name: convert_to_tensor(chosen, dtypes.int64, name)
        for name in ("buffer_output_elements", "prefetch_input_elements")
    }
    calls = convert_to_tensor(num_parallel_calls, dtypes.int64, "num_parallel_calls")
    variant = apply_op(
        "ParallelInterleaveDatasetV4", **inputs, **ahead, num_parallel_calls=calls, deterministic=_order(deterministic)
    )
    return Node(variant, spec)


def interleaved_ahead(source: Node, map_func: Function, node_of: Callable[[Any, str], Node], cycle_length: Any) -> Node:
    """An element in turn from each of `cycle_length` datasets, as files read side by side are."""
    attrs, spec = _inner_datasets("interleave", source, map_func, node_of)
    cycle = convert_to_tensor(cycle_length, dtypes.int64, "cycle_length")
    numbers: dict[str, Any] = {"cycle_length": cycle, "block_length": 1, "buffer_output_elements": 2}
    known = constant_value(cycle)
    numbers["prefetch_input_elements"] = 2 * cycle if known is None else 2 * int(known)
    inputs: dict[str, Any] = {name: convert_to_tensor(value, dtypes.int64, name) for name, value in numbers.items()}
    variant = apply_op(
        "LegacyParallelInterleaveDatasetV2", input_dataset=source.variant, deterministic="true", **attrs, **inputs
    )
    return Node(variant, spec)


def _inner_datasets(
    name: str, source: Node, map_func: Function, node_of: Callable[[Any, str], Node]
) -> tuple[dict[str, Any], ElementSpec]:
    inner: list[Node] = []

    def variant_of(*element: Any) -> Tensor:
        inner.append(node_of(map_func(*element), name))
        return inner[0].variant

    variant_of.__name__ = getattr(map_func, "__name__", "function")
    function = traced(name, variant_of, source.spec)
    return {**function.attrs(), **inner[0].spec.attrs}, inner[0].spec


def padded_batch(source: Node, batch_size: Any, padded_shapes: Any, padding_values: Any, drop_remainder: Any) -> Node:
    _refuse_what_has_no_padding(source.spec)
    size = convert_to_tensor(batch_size, dtypes.int64, "batch_size")
    shapes = _padded_shapes(source.spec, padded_shapes)
    values = _padding_values(source.spec, padding_values)
    drop = convert_to_tensor(drop_remainder, dtypes.bool, "drop_remainder")
    rows = batch_rows(size, drop)
    flat = [TensorShape([rows]).concatenate(constant_value_as_shape(shape)) for shape in shapes]
    spec = source.spec.with_dense_shapes(flat)
    variant = apply_op(
        "PaddedBatchDatasetV2",
        input_dataset=source.variant,
        batch_size=size,
        padded_shapes=shapes,
        padding_values=values,
        drop_remainder=drop,
        output_shapes=flat,
    )
    return Node(variant, spec)


def _refuse_what_has_no_padding(spec: ElementSpec) -> None:
    for leaf in structure.flatten(spec.spec):
        if not isinstance(leaf, TensorSpec):
            raise TypeError(
                "`padded_batch` is only supported for datasets that produce tensor elements but type spec of elements "
                f"in this dataset is not a subclass of TensorSpec: {leaf!r}. Use `batch`, which takes sparse tensors "
                "of different sizes, or tf.sparse_tensor_to_dense before."
            )


def _padded_shapes(spec: ElementSpec, padded_shapes: Any) -> list[Tensor]:
    if padded_shapes is None:
        given: list[Any] = spec.flat_shapes
        if any(shape.rank is None for shape in given):
            raise ValueError(
                f"You must provide `padded_shapes`: the element shapes {spec.shapes} have components of unknown rank."
            )
    else:
        given = structure.flatten_up_to(spec.types, padded_shapes)
    return [_padded_shape(shape, component) for shape, component in zip(given, spec.flat_shapes, strict=True)]


def _padded_shape(shape: Any, component: TensorShape) -> Tensor:
    if isinstance(shape, Tensor):
        return shape
    known = as_shape(shape)
    if component.rank is not None and known.rank != component.rank:
        raise ValueError(
            f"The padded shape {known} is not compatible with the corresponding input component shape {component}: "
            "it must have as many dimensions; None pads to the largest of a batch."
        )
    return convert_to_tensor([-1 if size is None else size for size in known.as_list()], dtypes.int64)


def _padding_values(spec: ElementSpec, padding_values: Any) -> list[Tensor]:
    if padding_values is None:
        given = [_blank(dtype) for dtype in spec.flat_types]
    elif isinstance(padding_values, (tuple, dict)):
        flat = structure.flatten_up_to(spec.types, padding_values)
        given = [_blank(dtype) if value is None else value for value, dtype in zip(flat, spec.flat_types, strict=True)]
    else:
        given = [padding_values] * len(spec.flat_types)
    return [
        convert_to_tensor(value, dtype, "padding_value") for value, dtype in zip(given, spec.flat_types, strict=True)
    ]


def _blank(dtype: dtypes.DType) -> Any:
    return "" if dtype is dtypes.string else False if dtype is dtypes.bool else 0


def sharded(source: Node, num_shards: Any, index: Any) -> Node:
    count = convert_to_tensor(num_shards, dtypes.int64, "num_shards")
    which = convert_to_tensor(index, dtypes.int64, "index")
    attrs = source.spec.attrs
    return Node(
        apply_op("ShardDataset", input_dataset=source.variant, num_shards=count, index=which, **attrs), source.spec
    )


def unbatched(source: Node) -> Node:
    function = traced("map", _unchanged, source.spec, batched=True)
    for shape in function.flat_shapes:
        if shape.rank == 0:
            raise ValueError("Cannot unbatch an input with scalar components.")
    rows = apply_op("MapDataset", input_dataset=source.variant, **function.attrs(), **function.flat_attrs)
    spec = source.spec.unbatched()
    return Node(apply_op("UnbatchDataset", input_dataset=rows, **spec.attrs), spec)


def _state(initial_state: Any) -> tuple[Any, ElementSpec]:
    return normalized(initial_state)


def with_state(
    name: str, function: Function, state: ElementSpec, element: ElementSpec, state_of: Callable[[Any], Any]
) -> tuple[TracedFunction, ElementSpec]:
    """A function of a state and an element, built for states of the sizes that it returns.

    Args:
        state_of: the new state in what the function returns.

    Returns:
        The function, and what the states are.

    Raises:
        TypeError, ValueError: the new state has another form or other types than the first.
    """
    while True:
        arguments = ElementSpec((state.spec, *_as_arguments(element.spec)))
        found = traced(name, function, arguments)
        new = ElementSpec(state_of(found.spec.spec))
        structure.check_same(state.spec, new.spec)
        if structure.flatten(state.types) != structure.flatten(new.types) or (
            structure.flatten(state.classes) != structure.flatten(new.classes)
        ):
            raise TypeError(
                f"The element types for the new state must match the initial state. Expected {state.types!r}; got "
                f"{new.types!r}. Cast what the function returns, or the initial state."
            )
        wider = state.common(new)
        if wider == state:
            return found, state
        # A state whose size changes on the way has that size open from the beginning.
        state = wider


def scanned(source: Node, initial_state: Any, scan_func: Function) -> Node:
    state, state_spec = _state(initial_state)

    def step(*arguments: Any) -> Any:
        returned = scan_func(*arguments)
        if not isinstance(returned, tuple) or len(returned) != 2:
            raise TypeError(
                f"The scan function must return a pair comprising the new state and the output value, got {returned!r}."
            )
        return returned

    function, _ = with_state("scan", step, state_spec, source.spec, lambda pair: pair[0])
    spec = ElementSpec(function.spec.spec[1])
    variant = apply_op(
        "ScanDataset",
        input_dataset=source.variant,
        initial_state=state_spec.to_tensors(state),
        preserve_cardinality=True,
        **function.attrs(),
        **spec.attrs,
    )
    return Node(variant, spec)


def reduced(source: Node, initial_state: Any, reduce_func: Function) -> Any:
    with name_scope("initial_state"):
        state, state_spec = _state(initial_state)
    function, final = with_state("reduce", reduce_func, state_spec, source.spec, lambda result: result)
    results = apply_op(
        "ReduceDataset",
        input_dataset=source.variant,
        initial_state=state_spec.to_tensors(state),
        **function.attrs(),
        **final.attrs,
    )
    return final.from_tensors(results)


def _as_arguments(element: Any) -> tuple[Any, ...]:
    return element if isinstance(element, tuple) and not hasattr(element, "_fields") else (element,)


def generated(init: Function, make: Function, finish: Function, state: tuple[Any, Any], spec: ElementSpec) -> Node:
    """A GeneratorDataset node.

    Args:
        init, make, finish: build the bodies of the three functions: the state from nothing, an element from the
            state, a number from the state.
        state: the element type and shape of the state.
    """
    graph = get_default_graph()
    bodies = {
        "init": trace("Dataset_from_generator_get_iterator_id_fn", [], init, graph),
        "next": trace("Dataset_from_generator_generator_next_fn", [state], make, graph),
        "finalize": trace("Dataset_from_generator_finalize_fn", [state], finish, graph),
    }
    arguments: dict[str, Any] = {f"{part}_func": body.attr for part, body in bodies.items()}
    arguments |= {f"{part}_func_other_args": body.captured for part, body in bodies.items()}
    return Node(apply_op("GeneratorDataset", **arguments, **spec.attrs), spec)


def _unchanged(*element: Any) -> Any:
    return element[0] if len(element) == 1 else element
