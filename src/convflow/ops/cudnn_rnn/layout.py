"""The parameters of a CuDNN network as one vector: where each matrix and bias stands (ops: CudnnRNNParamsSize,
CudnnRNNCanonicalToParams, CudnnRNNParamsToCanonical).

All matrices come first, then all biases. Both go by layers, within a layer by directions, within a direction first
those of the inputs, then those of the state, within these by gates: input, forget, candidate, output of an LSTM;
reset, update, candidate of a GRU.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import torch

from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules

GATES = {"lstm": 4, "gru": 3, "rnn_tanh": 1, "rnn_relu": 1}
MODES = (
    "rnn_mode: string = 'lstm' in {'rnn_relu', 'rnn_tanh', 'lstm', 'gru'}; "
    "input_mode: string = 'linear_input' in {'linear_input', 'skip_input', 'auto_select'}; "
    "direction: string = 'unidirectional' in {'unidirectional', 'bidirectional'}; "
    "dropout: float = 0; seed: int = 0; seed2: int = 0"
)
# What PyTorch's recurrent kernels compute in on a CPU.
FLOATS = "T: type in {float, double}"
_SIZES = "num_layers: int32; num_units: int32; input_size: int32"


class Network(NamedTuple):
    """The sizes of a network.

    `mode` is a key of `GATES`, `directions` 1 or 2.
    """

    mode: str
    layers: int
    units: int
    input_size: int
    directions: int

    @property
    def per_direction(self) -> int:
        """How many matrices a direction of a layer has, and how many biases."""
        return 2 * GATES[self.mode]

    def weight_shapes(self, layer: int) -> list[tuple[int, int]]:
        """The matrices of a layer, (units, columns): those of all its directions."""
        columns = self.input_size if layer == 0 else self.units * self.directions
        gates = GATES[self.mode]
        return ([(self.units, columns)] * gates + [(self.units, self.units)] * gates) * self.directions

    def all_weight_shapes(self) -> list[tuple[int, int]]:
        """Those of all layers."""
        return [shape for layer in range(self.layers) for shape in self.weight_shapes(layer)]

    @property
    def bias_count(self) -> int:
        """How many biases there are, each of shape (units,)."""
        return self.layers * self.directions * self.per_direction

    @property
    def size(self) -> int:
        """How many parameters there are."""
        return sum(math.prod(shape) for shape in self.all_weight_shapes()) + self.bias_count * self.units

    def split(self, params: torch.Tensor) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
        """The matrices and the biases of the vector, as views.

        Raises:
            ValueError: a vector of another size.
        """
        if params.ndim != 1 or len(params) != self.size:
            raise ValueError(f"params has shape {list(params.shape)}, a network of {self} has {self.size} parameters.")
        shapes: list[tuple[int, ...]] = [*self.all_weight_shapes(), *([(self.units,)] * self.bias_count)]
        parts = params.split([math.prod(shape) for shape in shapes])
        views = [part.view(shape) for part, shape in zip(parts, shapes, strict=True)]
        count = len(views) - self.bias_count
        return views[:count], views[count:]


def directions_of(attr: str) -> int:
    """1 or 2, of the attribute `direction`."""
    return 2 if attr == "bidirectional" else 1


def check_modes(op: Operation) -> None:
    """NotImplementedError for what only CuDNN computes: inputs that go into the first layer without a matrix."""
    if op.attrs["input_mode"] == "skip_input" or op.attrs.get("num_proj"):
        raise NotImplementedError(
            f"{op.describe()} has input_mode={op.attrs['input_mode']!r} and num_proj={op.attrs.get('num_proj', 0)}; "
            "here a network has a matrix for its inputs and no projection. Use input_mode='linear_input'."
        )


def cudnn_rnn_params_size(
    num_layers: Any, num_units: Any, input_size: Any, T: Any, S: Any, name: str | None = None, **modes: Any
) -> Tensor:
    """How many parameters a network has (op: CudnnRNNParamsSize).

    Args:
        num_layers: an int32 scalar.
        num_units: an int32 scalar.
        input_size: an int32 scalar.
        T: the parameters' type.
        S: int32 or int64, the result's type.
        modes: rnn_mode, input_mode, direction, dropout, seed and seed2.

    Returns:
        Shape (1,).
    """
    return apply_op(
        "CudnnRNNParamsSize", num_layers=num_layers, num_units=num_units, input_size=input_size, T=T, S=S, name=name,
        **modes,
    )  # fmt: skip


def cudnn_rnn_canonical_to_params(
    num_layers: Any, num_units: Any, input_size: Any, weights: Any, biases: Any, name: str | None = None, **modes: Any
) -> Tensor:
    """The vector of matrices and biases (op: CudnnRNNCanonicalToParams).

    Args:
        num_layers: an int32 scalar.
        num_units: an int32 scalar.
        input_size: an int32 scalar.
        weights: the matrices, in the order of this module.
        biases: as many biases, each of shape (num_units,).
        modes: rnn_mode, input_mode, direction, dropout, seed and seed2.

    Returns:
        Shape (parameters,).
    """
    return apply_op(
        "CudnnRNNCanonicalToParams", num_layers=num_layers, num_units=num_units, input_size=input_size,
        weights=weights, biases=biases, name=name, **modes,
    )  # fmt: skip


def cudnn_rnn_params_to_canonical(
    num_layers: Any, num_units: Any, input_size: Any, params: Any, num_params: int, name: str | None = None,
    **modes: Any,
) -> tuple[list[Tensor], list[Tensor]]:  # fmt: skip
    """The matrices and biases of the vector (op: CudnnRNNParamsToCanonical).

    Args:
        num_layers: an int32 scalar.
        num_units: an int32 scalar.
        input_size: an int32 scalar.
        params: the vector.
        num_params: how many matrices there are, and how many biases.
        modes: rnn_mode, input_mode, direction, dropout, seed and seed2.

    Returns:
        The matrices and the biases, in the order of this module.
    """
    weights, biases = apply_op(
        "CudnnRNNParamsToCanonical", num_layers=num_layers, num_units=num_units, input_size=input_size,
        params=params, num_params=num_params, name=name, **modes,
    )  # fmt: skip
    return weights, biases


def _network(op: Operation, layers: Any, units: Any, input_size: Any) -> Network:
    check_modes(op)
    return Network(op.attrs["rnn_mode"], int(layers), int(units), int(input_size), directions_of(op.attrs["direction"]))


def _check_scalars(ctx: InferenceContext) -> None:
    for index, what in enumerate(("num_layers", "num_units", "input_size")):
        rules.with_rank(ctx.input(index), 0, what)


def _size_shape(ctx: InferenceContext) -> list[TensorShape]:
    _check_scalars(ctx)
    return [TensorShape([1])]


def _vector_shape(ctx: InferenceContext) -> list[TensorShape]:
    _check_scalars(ctx)
    return [TensorShape([None])]


def _canonical_shape(ctx: InferenceContext) -> list[TensorShape]:
    _check_scalars(ctx)
    rules.with_rank(ctx.input(3), 1, "params")
    count = ctx.attr("num_params")
    return [TensorShape([None, None])] * count + [TensorShape([None])] * count


def _size_kernel(op: Operation) -> Any:
    dtype = op.attrs["S"].as_torch_dtype

    def sized(layers: Any, units: Any, input_size: Any) -> torch.Tensor:
        return torch.tensor([_network(op, layers, units, input_size).size], dtype=dtype)

    return sized


def _to_params_kernel(op: Operation) -> Any:
    def joined(layers: Any, units: Any, input_size: Any, *parts: torch.Tensor) -> torch.Tensor:
        network = _network(op, layers, units, input_size)
        shapes = [*network.all_weight_shapes(), *([(network.units,)] * network.bias_count)]
        found = [tuple(part.shape) for part in parts]
        if found != shapes:
            raise ValueError(f"weights and biases have the shapes {found}, expected {shapes} for {network}.")
        return torch.cat([part.reshape(-1) for part in parts])

    return joined


def _to_canonical_kernel(op: Operation) -> Any:
    def parts(layers: Any, units: Any, input_size: Any, params: torch.Tensor) -> tuple[torch.Tensor, ...]:
        network = _network(op, layers, units, input_size)
        weights, biases = network.split(params)
        if len(weights) != op.attrs["num_params"]:
            raise ValueError(f"num_params is {op.attrs['num_params']}, {network} has {len(weights)} matrices.")
        return tuple(part.clone() for part in (*weights, *biases))

    return parts


register_op(
    "CudnnRNNParamsSize",
    inputs=_SIZES,
    outputs="params_size: S",
    attrs=f"{FLOATS}; S: type in {{int32, int64}}; {MODES}; num_proj: int = 0",
    shape=_size_shape,
    kernel=_size_kernel,
    gradient=NO_GRADIENT,
)
register_op(
    "CudnnRNNCanonicalToParams",
    inputs=f"{_SIZES}; weights: num_params * T; biases: num_params * T",
    outputs="params: T",
    attrs=f"{FLOATS}; num_params: int >= 1; {MODES}",
    shape=_vector_shape,
    kernel=_to_params_kernel,
    gradient=NO_GRADIENT,
)
register_op(
    "CudnnRNNParamsToCanonical",
    inputs=f"{_SIZES}; params: T",
    outputs="weights: num_params * T; biases: num_params * T",
    attrs=f"{FLOATS}; num_params: int >= 1; {MODES}",
    shape=_canonical_shape,
    kernel=_to_canonical_kernel,
    gradient=NO_GRADIENT,
)
