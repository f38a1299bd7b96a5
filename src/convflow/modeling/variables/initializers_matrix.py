"""Initializers that make matrices (API: tf.orthogonal_initializer, tf.initializers.identity) and an old scaled one."""

from __future__ import annotations

import math
from typing import Any

from convflow.core import dtypes
from convflow.core.shape import as_shape
from convflow.graph.operation import Tensor
from convflow.modeling.variables.initializers import Initializer, floating
from convflow.ops import operators  # noqa: F401  (tensors get their operators)
from convflow.ops.array.diag import diag_part
from convflow.ops.array.eye import eye
from convflow.ops.array.reshape import reshape
from convflow.ops.array.slice import slice_
from convflow.ops.array.transpose import matrix_transpose
from convflow.ops.linalg.qr import qr
from convflow.ops.math.elementwise import sign
from convflow.ops.random import random_normal, random_uniform


class Orthogonal(Initializer):
    """An orthogonal matrix, drawn evenly among all (API: tf.orthogonal_initializer; Saxe, McClelland, Ganguli 2013).

    Of a tensor of higher rank all axes but the last together are the rows. Where there are fewer rows than columns,
    the rows are orthogonal, otherwise the columns.

    Args:
        gain: multiplies the matrix.
    """

    def __init__(self, gain: float = 1.0, seed: int | None = None, dtype: Any = dtypes.float32) -> None:
        self.gain, self.seed = gain, seed
        self.dtype = floating(dtype)

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        sizes = [int(size) for size in as_shape(shape)]
        if len(sizes) < 2:
            raise ValueError(
                "The tensor to initialize, specified by argument `shape`, must be at least two-dimensional. "
                f"Received shape={sizes}: a vector has no orthogonal directions."
            )
        rows, columns = math.prod(sizes[:-1]), sizes[-1]
        tall = (columns, rows) if rows < columns else (rows, columns)
        q, r = qr(random_normal(tall, dtype=dtype or self.dtype, seed=self.seed), full_matrices=False)
        # Signs of R's diagonal make the decomposition unique, and Q evenly distributed.
        q = q * sign(diag_part(r))
        if rows < columns:
            q = matrix_transpose(q)
        return self.gain * reshape(q, sizes)

    def get_config(self) -> dict[str, Any]:
        return {"gain": self.gain, "seed": self.seed, "dtype": self.dtype.name}


class Identity(Initializer):
    """The identity matrix times `gain`, for shapes of two axes (API: tf.initializers.identity).

    Args:
        gain: multiplies the matrix; 1 by default.
        dtype: a floating type, where the call names none; float32 by default.

    Raises:
        ValueError: a type that is not floating; (when called) a shape that has not two axes.
    """

    def __init__(self, gain: float = 1.0, dtype: Any = dtypes.float32) -> None:
        self.gain = gain
        self.dtype = floating(dtype)

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        whole = [int(size) for size in as_shape(shape if partition_info is None else partition_info.full_shape)]
        if len(whole) != 2:
            raise ValueError(
                "The tensor to initialize, specified by argument `shape`, must be at least two-dimensional. "
                f"Received shape={whole}: an identity matrix has two axes."
            )
        matrix = eye(whole[0], whole[1], dtype=dtype or self.dtype)
        if partition_info is not None:
            matrix = slice_(matrix, partition_info.var_offset, shape)
        return self.gain * matrix

    def get_config(self) -> dict[str, Any]:
        return {"gain": self.gain, "dtype": self.dtype.name}


class UniformUnitScaling(Initializer):
    """Even within factor * sqrt(3 / inputs), which keeps variances (API: tf.uniform_unit_scaling_initializer).

    Inputs are counted as the product of all sizes but the last. Source: Sussillo, Abbott (2014).

    Args:
        factor: multiplies the limit; 1 by default.
        seed: an int; with None the graph's seed decides.
        dtype: a floating type, where the call names none; float32 by default.

    Raises:
        ValueError: a type that is not floating.
    """

    def __init__(self, factor: float = 1.0, seed: int | None = None, dtype: Any = dtypes.float32) -> None:
        self.factor, self.seed = factor, seed
        self.dtype = floating(dtype)

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        whole = as_shape(shape if partition_info is None else partition_info.full_shape)
        inputs = max(1.0, float(math.prod(int(size) for size in list(whole)[:-1])))
        limit = math.sqrt(3 / inputs) * self.factor
        return random_uniform(shape, -limit, limit, dtype or self.dtype, seed=self.seed)

    def get_config(self) -> dict[str, Any]:
        return {"factor": self.factor, "seed": self.seed, "dtype": self.dtype.name}
