"""The graph of eager mode: it runs operations and keeps none."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import numpy as np
import torch

from convflow.autodiff import tape
from convflow.core import errors, values
from convflow.core.dtypes import as_dtype
from convflow.graph import defaults
from convflow.graph.collections import GraphKeys
from convflow.graph.eager_tensor import EagerOperation, EagerTensor
from convflow.graph.graph import Graph
from convflow.graph.inference import RunContext
from convflow.graph.opdef import OpDef, get_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops.kept import variables_change
from convflow.runtime.eager.kernels import Kernel, Kernels
from convflow.runtime.failures import kind_of, message_of
from convflow.runtime.functions import compiled
from convflow.runtime.store import Store, VariableSlot

# The global step is looked for by name, as there is one of it.
_LISTS = {value for name, value in vars(GraphKeys).items() if name.isupper()} - {GraphKeys.GLOBAL_STEP}
_MAXINT32 = 2**31 - 1


class EagerStore(Store):
    """The state of eager mode. A variable belongs to whoever holds its handle."""

    def variable(self, name: str) -> VariableSlot:
        return VariableSlot(name)


class EagerGraph(Graph):
    """Where operations run when they are called. Scopes give names to variables, and order nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.store = EagerStore(compiled)
        self._kernels = Kernels(self, self.store)
        self._random: random.Random | None = None

    @property
    def executes_eagerly(self) -> bool:
        return True

    # Operations

    def create_op(
        self,
        op_type: str,
        inputs: Any,
        dtypes: Any = None,
        input_types: Any = None,
        name: str | None = None,
        attrs: dict[str, Any] | None = None,
        op_def: OpDef | None = None,
        compute_shapes: bool = True,
        compute_device: bool = True,
    ) -> Operation:
        """Run an operation; what it made, as an operation."""
        op_def = op_def or get_op(op_type)
        attrs = dict(attrs or {})
        outputs = [self.constant(attrs)] if op_type == "Const" else self.execute(op_def, list(inputs), attrs)
        return EagerOperation(self, op_def, tuple(inputs), outputs, attrs)

    def constant(self, attrs: dict[str, Any]) -> EagerTensor:
        """The value of a constant's attribute as a tensor."""
        return EagerTensor(values.from_numpy(attrs["value"]), as_dtype(attrs["dtype"]), self)

    def execute(self, op_def: OpDef, inputs: list[Tensor], attrs: dict[str, Any]) -> list[Any]:
        """Run an operation.

        Raises:
            TypeError: an input is a tensor of a graph, which has no value.
            tf.errors.OpError: the kernel failed.
        """
        try:
            taken = [tensor._value for tensor in inputs]  # type: ignore[attr-defined]
        except AttributeError:
            raise _without_value(op_def, inputs) from None
        kernel = self._kernels.find(op_def, inputs, attrs)
        if kernel.writes:
            variables_change()
        try:
            with torch.inference_mode():
                made = kernel.run(*taken)
        except Exception as error:
            raise self._explained(error, op_def, inputs, attrs) from None
        outputs = _tensors(kernel, made, self)
        if tape.state.recording:
            self._record(op_def, inputs, outputs, attrs)
        return outputs

    def _record(self, op_def: OpDef, inputs: list[Tensor], outputs: list[Any], attrs: dict[str, Any]) -> None:
        if tape.is_watched(inputs):
            attrs = self._with_scope_attrs(op_def.name, attrs) if self._gradient_override_map else attrs
            tape.record(EagerOperation(self, op_def, tuple(inputs), outputs, attrs))

    def _explained(self, error: Exception, op_def: OpDef, inputs: list[Tensor], attrs: dict[str, Any]) -> Exception:
        """TensorFlow's error for a kernel's, in the words of the op's shape rule where that refuses the inputs."""
        arrays = [_known_array(tensor) for tensor in inputs]
        message = message_of(error)
        if not isinstance(error, errors.OpError):
            op = EagerOperation(self, op_def, tuple(inputs), [], attrs)
            try:
                op_def.shape(RunContext(op, arrays))
            except ValueError as refusal:
                message = str(refusal)
            shapes = ", ".join(str(list(array.shape)) for array in arrays if array is not None)
            message = f"{message}; input shapes: {shapes}" if shapes else message
        return kind_of(error)(None, None, f"{message} [Op:{op_def.name}]")

    # Scopes

    def unique_name(self, name: str, mark_as_used: bool = True) -> str:
        return f"{self._thread.name_stack}/{name}" if self._thread.name_stack else name

    def control_dependencies(self, control_inputs: Any) -> AbstractContextManager[None]:  # type: ignore[override]
        """Nothing waits: what was called before has run."""
        return nullcontext()

    def colocate_with(self, op: Any, ignore_existing: bool = False) -> AbstractContextManager[None]:  # type: ignore[override]
        """There is one place."""
        return nullcontext()

    @contextmanager
    def init_scope(self) -> Iterator[None]:
        """Operations run here and now, whatever graph is the default one; no tape takes note of them."""
        with defaults.graphs.pushed(self), tape.paused():
            yield

    # Lists and seeds

    def add_to_collection(self, name: Any, value: Any) -> None:
        """Keep `value` under a name of the program's; TensorFlow's own lists stay empty in eager mode, where
        variables and losses belong to whoever made them."""
        if name not in _LISTS:
            super().add_to_collection(name, value)

    @property
    def seed(self) -> int | None:
        return self._seed

    @seed.setter
    def seed(self, seed: int | None) -> None:
        self._seed = seed
        self._random = None if seed is None else random.Random(seed)
        self._kernels.clear()

    def next_random_op(self) -> int:
        """A seed for the next random operation, drawn as TensorFlow draws it."""
        if self._random is None:
            return super().next_random_op()
        return self._random.randint(0, _MAXINT32)


def _tensors(kernel: Kernel, made: Any, owner: EagerGraph) -> list[Any]:
    if kernel.is_single:
        return [EagerTensor(made, kernel.dtypes[0], owner)]
    if not kernel.dtypes:
        return []
    return [EagerTensor(value, dtype, owner) for value, dtype in zip(made, kernel.dtypes, strict=True)]


def _known_array(tensor: Tensor) -> np.ndarray | None:
    value = tensor._value  # type: ignore[attr-defined]
    if isinstance(value, VariableSlot):
        value = value.value
    return values.to_numpy(value) if isinstance(value, (torch.Tensor, np.ndarray)) else None


def _without_value(op_def: OpDef, inputs: list[Tensor]) -> Exception:
    symbolic = next(tensor for tensor in inputs if not isinstance(tensor, EagerTensor))
    return TypeError(
        f'An op outside of the function building code is being passed a "Graph" tensor: {op_def.name} takes '
        f"{symbolic}, which has no value. Expected tensors of eager mode; build the op inside the graph of that "
        "tensor, or return the tensor from the function that made it."
    )
