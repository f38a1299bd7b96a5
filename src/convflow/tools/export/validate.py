"""An exported network against convflow itself, on random input."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from convflow.core import dtypes, errors
from convflow.graph.operation import Tensor
from convflow.runtime.session import Session
from convflow.tools.export import refuse
from convflow.tools.export.ir import Model
from convflow.tools.export.network import Network
from convflow.tools.export.optional import find

# What stands for sizes that the graph leaves open: of the batch, and of other axes, in the order of trying.
_BATCH = 2
_SIZES = (64, 320)
_LARGEST_INDEX = 8


@dataclass(frozen=True)
class Difference:
    """How far an output is from convflow's: the largest absolute difference, and the output's largest value."""

    output: str
    largest: float
    scale: float

    def within(self, tolerance: float) -> bool:
        """Whether it is at most `tolerance` of the largest value, or of 1 where all values are 0. A NaN is not."""
        return self.largest <= tolerance * (self.scale or 1.0)


def reference(network: Network) -> tuple[dict[str, np.ndarray], list[np.ndarray]]:
    """Random input, by the tensors' names, and what convflow makes of it.

    Sizes that the graph leaves open are small, or larger where the network cannot take small ones.
    """
    is_open = any(None in tensor.shape.as_list()[1:] for tensor in network.inputs)
    for size in _SIZES[:-1] if is_open else ():
        feeds = random_inputs(network.inputs, size)
        try:
            return feeds, expected(network, feeds)
        except errors.OpError:
            continue  # too small for its windows
    feeds = random_inputs(network.inputs, _SIZES[-1])
    return feeds, expected(network, feeds)


def random_inputs(inputs: Sequence[Tensor], size: int = _SIZES[0], seed: int = 0) -> dict[str, np.ndarray]:
    """An array for each input, by the tensor's name: numbers in [-1, 1), or small indices.

    Args:
        size: what stands for unknown sizes but the batch's.
    """
    generator = np.random.default_rng(seed)
    return {tensor.name: _random(generator, tensor, size) for tensor in inputs}


def _random(generator: np.random.Generator, tensor: Tensor, size: int) -> np.ndarray:
    given = enumerate(tensor.shape.as_list())
    shape = [(_BATCH if axis == 0 else size) if known is None else known for axis, known in given]
    dtype = tensor.dtype
    if dtype.is_bool:
        return generator.random(shape) < 0.5
    if dtype.is_integer:
        high = 256 if dtype in (dtypes.uint8,) else _LARGEST_INDEX
        return generator.integers(0, high, shape).astype(dtype.as_numpy_dtype)
    if dtype.is_floating:
        return np.asarray(generator.uniform(-1, 1, shape)).astype(dtype.as_numpy_dtype)
    raise refuse.unimplemented(f"The input {tensor.name} is of type {dtype.name}, which an export cannot take.")


def expected(network: Network, feeds: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """What convflow computes."""
    with Session(graph=network.graph) as session:
        return [np.asarray(value) for value in session.run(network.outputs, dict(feeds))]


def run_onnx(model: Model, path: str, feeds: Mapping[str, np.ndarray]) -> list[np.ndarray] | None:
    """What onnxruntime computes from the file, None if it is not installed."""
    runtime = find("onnxruntime")
    if runtime is None:
        return None
    options = runtime.SessionOptions()
    options.log_severity_level = 3
    named = {port.name: feeds[port.tensor] for port in model.inputs}
    try:
        session = runtime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        return list(session.run([port.name for port in model.outputs], named))
    except Exception as error:  # its classes have only this in common
        raise refuse.unimplemented(
            f"{path} was written and is a valid ONNX file, but onnxruntime {runtime.__version__} cannot run it, so "
            f"its values could not be compared: {error}. Its kernels are for float32 first; other runtimes may take it."
        ) from None


def run_torch(model: Model, path: str, feeds: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """What the module in the file computes, with the values that it loads."""
    module = load_module(path)
    network = module.load()
    with torch.no_grad():
        made = network(*(torch.from_numpy(np.array(feeds[port.tensor])) for port in model.inputs))
    results = made if isinstance(made, tuple) else (made,)
    return [each.numpy() for each in results]


def load_module(path: str) -> Any:
    """A generated file as a Python module."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    if spec is None or spec.loader is None:
        raise refuse.invalid(f"{path} is no Python file. Give --output a name that ends in .py.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def differences(names: Sequence[str], made: Sequence[np.ndarray], wanted: Sequence[np.ndarray]) -> list[Difference]:
    """How far each output is from what it should be; infinite if its shape is another one."""
    return [_difference(name, have, want) for name, have, want in zip(names, made, wanted, strict=True)]


def _difference(name: str, have: np.ndarray, want: np.ndarray) -> Difference:
    if have.shape != want.shape:
        return Difference(name, float("inf"), 0.0)
    if not want.size:
        return Difference(name, 0.0, 0.0)
    first, second = have.astype(np.float64), want.astype(np.float64)
    same = (first == second) | (np.isnan(first) & np.isnan(second))
    gap = np.where(same, 0.0, np.abs(np.subtract(first, second, where=~same, out=np.zeros_like(first))))
    scale = np.abs(second[np.isfinite(second)])
    return Difference(name, float(gap.max()), float(scale.max()) if scale.size else 0.0)
