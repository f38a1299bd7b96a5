"""What the nodes of all random ops share: shapes from lists of sizes, seeds, the generator of a session."""

from __future__ import annotations

from typing import Any

import torch

from convflow.core import dtypes
from convflow.core.shape import Dimension, TensorShape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.operation import Operation, Tensor
from convflow.graph.seeds import get_seed
from convflow.ops import rules
from convflow.ops.philox import PhiloxGenerator


def shape_tensor(shape: Any) -> Tensor:
    """A list of sizes as a vector; an empty list would become float32."""
    wanted = None
    if isinstance(shape, (list, tuple)):
        shape = [size.value if isinstance(size, Dimension) else size for size in shape]
        wanted = None if _holds_int64(shape) else dtypes.int32
    return convert_to_tensor(shape, dtype=wanted, name="shape")


def _holds_int64(sizes: Any) -> bool:
    return any(isinstance(size, Tensor) and size.dtype.base_dtype is dtypes.int64 for size in sizes)


def seed_attrs(seed: int | None) -> dict[str, Any]:
    """The two attributes of a random node, from the graph's seed and the op's."""
    first, second = get_seed(seed)
    return {"seed": first, "seed2": second}


def checked_type(dtype: Any, accepted: tuple[dtypes.DType, ...]) -> dtypes.DType:
    """`dtype` if it is among `accepted`; ValueError with their names otherwise."""
    dtype = dtypes.as_dtype(dtype)
    if dtype not in accepted:
        names = ", ".join(known.name for known in accepted)
        raise ValueError(f"Argument `dtype` got invalid value {dtype!r}. Accepted dtypes are {names}.")
    return dtype


def shape_of_sizes(ctx: InferenceContext) -> list[TensorShape]:
    """The output has the shape that the first input lists."""
    rules.with_rank(ctx.input(0), 1, "shape")
    sizes = ctx.constant(0)
    if sizes is not None and sizes.size and sizes.min() < 0:
        raise ValueError(f"Dimension {sizes.min()} must be >= 0: shape is {sizes.tolist()}.")
    return [ctx.constant_shape(0)]


def generator(op: Operation, store: Any) -> PhiloxGenerator:
    """The node's own, shared by all plans of the session."""
    seed, seed2 = op.attrs["seed"], op.attrs["seed2"]
    return store.resource(("random", op.name), lambda: PhiloxGenerator(seed, seed2))


def sizes_of(shape: torch.Tensor) -> list[int]:
    """The sizes that a kernel's `shape` input lists; ValueError where it is none."""
    sizes = shape.tolist()
    if shape.ndim != 1 or any(size < 0 for size in sizes):
        raise ValueError(f"shape must be a vector of sizes >= 0, got {sizes}.")
    return sizes


def scalar(what: str, value: torch.Tensor) -> int:
    """The value of a kernel's scalar input."""
    if value.ndim:
        raise ValueError(f"{what} must be a scalar, got shape {list(value.shape)}.")
    return int(value)
