"""The base class of layers (API: tf.layers.Layer): scopes, variables, losses and updates.

A layer makes its variables in a variable scope, at its first call, when the input's sizes are known. Later calls
share them. The nodes of every call stand in the name scope that belongs to the variable scope.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.graph.collections import GraphKeys
from convflow.graph.convert import convert_to_tensor
from convflow.graph.graph import Graph
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import executing_eagerly, get_default_graph, graph_of, name_scope
from convflow.modeling import tracking
from convflow.modeling.layers import structure, utils
from convflow.modeling.layers.input_spec import InputSpec, check_input
from convflow.modeling.layers.members import Members
from convflow.modeling.variables.scope import VariableScope, get_variable, variable_scope
from convflow.modeling.variables.variable import (
    Variable,
    VariableAggregation,
    VariableSynchronization,
    global_variables,
)
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.math.cast import cast

# Lists of what a layer holds under other names too.
OWN_ATTRIBUTES = frozenset(
    {
        "_weights_by_name", "_trainable_weights", "_non_trainable_weights", "_losses", "_updates", "_calls",
        "_call_inputs", "_inbound_nodes", "_penalties", "_layers", "_stack", "_steps", "_nodes", "inputs", "outputs",
        "_input_structure", "_output_structure", "_compiled",
    }
)  # fmt: skip


class Layer(Members):
    """Variables and the function that uses them (API: tf.layers.Layer). Subclasses give `build` and `call`.

    Args:
        trainable: whether its variables join the TRAINABLE_VARIABLES.
        name: the layer's name and scope; by default the class's name, made unique.
        dtype: the type of its variables; by default that of its first input.
        activity_regularizer: a function of the output; its result over the batch size joins the
            REGULARIZATION_LOSSES at every call.

    Raises:
        TypeError: an unknown keyword argument.
    """

    def __init__(self, trainable: bool = True, name: Any = None, dtype: Any = None, **kwargs: Any) -> None:
        scope = kwargs.pop("_scope", None)
        self._reuse = kwargs.pop("_reuse", None)
        self._activity_regularizer = utils.checked_function(
            kwargs.pop("activity_regularizer", None), "activity_regularizer", "tf.nn.l2_loss"
        )
        if kwargs:
            raise TypeError(f"Keyword argument not understood: {next(iter(kwargs))!r} (by {type(self).__name__}).")
        self._trainable = trainable
        self._dtype = None if dtype is None else dtypes.as_dtype(dtype).name
        self._set_names(name)
        self.built = False
        self._input_spec: InputSpec | list[InputSpec] | None = None
        self._weights_by_name: dict[str, Variable] = {}
        self._trainable_weights: list[Variable] = []
        self._non_trainable_weights: list[Variable] = []
        self._losses: list[tuple[Tensor, Any]] = []
        self._updates: list[tuple[Operation, Any]] = []
        self._calls: list[tuple[Any, Any]] = []
        # The inputs of the call that is going on.
        self._call_inputs: list[Tensor] = []
        self._graph: Graph | None = None
        self._scope: VariableScope | None = None
        self._current_scope: VariableScope | None = None
        if scope is not None:
            with variable_scope(scope) as captured:
                self._scope = captured

    def _set_names(self, name: Any) -> None:
        if isinstance(name, VariableScope):
            name = name.name
        # The scope is numbered when it is opened, independently of the layer's own name.
        self._base_name = name or utils.snake_case(type(self).__name__)
        self._name = name or utils.unique_layer_name(self._base_name)

    # What subclasses give

    def build(self, input_shape: Any) -> None:
        """Make the variables, with `add_weight`; `input_shape` is that of the first input."""
        self.built = True

    def call(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """The output for `inputs`."""
        return inputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The output's shape for an input's."""
        raise NotImplementedError(f"{type(self).__name__} does not say what shape its output has.")

    # Calling

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """The layer's output for `inputs`; the first call makes the variables.

        Args:
            inputs: a tensor, an array, or lists and dicts of them; then what `call` takes besides.
            scope: the variable scope to use, if this is the first call.

        Raises:
            ValueError: an input that the layer cannot take.
        """
        self._set_scope(kwargs.pop("scope", None))
        inputs = structure.converted(inputs)
        tensors = list(structure.flat(inputs))
        graph = graph_of(tensors)
        if self._graph is None:
            self._graph = graph
        reuse = True if self.built else self._reuse
        with graph.as_default(), variable_scope(self._scope, reuse=reuse, auxiliary_name_scope=False) as scope:
            self._current_scope = scope
            with name_scope(scope.original_name_scope) if scope.original_name_scope else nullcontext():
                outputs = self._called(inputs, tensors, args, kwargs)
            utils.add_new_to_collection(self.updates, GraphKeys.UPDATE_OPS)
        if not graph.executes_eagerly:
            self._calls.append((inputs, outputs))
        return outputs

    def apply(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """The same as calling the layer."""
        return self(inputs, *args, **kwargs)

    def _set_scope(self, scope: Any) -> None:
        if self._scope is not None:
            return
        if self._reuse:
            opened = variable_scope(scope if scope is not None else self._base_name)
        else:
            opened = variable_scope(scope, default_name=self._base_name)
        with opened as captured:
            self._scope = captured

    def _called(self, inputs: Any, tensors: list[Tensor], args: Any, kwargs: Any) -> Any:
        check_input(self._input_spec, tensors, self._name)
        if not self.built:
            if self._dtype is None and tensors:
                self._dtype = tensors[0].dtype.base_dtype.name
            self.build(structure.shapes(inputs))
            self.built = True
            tracking.objects_made()
        self._call_inputs = tensors
        try:
            outputs = self.call(inputs, *args, **kwargs)
        finally:
            self._call_inputs = []
        self._regularize_activity(inputs, outputs)
        return outputs

    def _regularize_activity(self, inputs: Any, outputs: Any) -> None:
        if self._activity_regularizer is None:
            return
        with name_scope("ActivityRegularizer"):
            for output in structure.flat(outputs):
                loss = self._activity_regularizer(output)
                batch_size = cast(shape_of(output)[0], loss.dtype)
                self.add_loss(loss / batch_size, inputs=inputs)

    # Variables

    def add_weight(
        self,
        name: str,
        shape: Any = None,
        dtype: Any = None,
        initializer: Any = None,
        regularizer: Any = None,
        trainable: bool | None = None,
        constraint: Any = None,
        use_resource: bool | None = None,
        synchronization: VariableSynchronization = VariableSynchronization.AUTO,
        aggregation: VariableAggregation = VariableAggregation.NONE,
        partitioner: Any = None,
    ) -> Variable:
        """The layer's variable `name`, made or shared as its scope says.

        Args:
            shape: a scalar if None.
            dtype: the layer's type by default, float32 before it is known.
            initializer: the scope's by default, then Glorot uniform.
            regularizer: a function of the variable; its result joins the REGULARIZATION_LOSSES, once.
            trainable: True by default; a layer that is not trainable has no trainable variables.

        Raises:
            ValueError: as `tf.get_variable`, or trainable with ON_READ.
        """
        if synchronization == VariableSynchronization.ON_READ:
            if trainable:
                raise ValueError("A variable with VariableSynchronization.ON_READ cannot be trainable.")
            trainable = False
        trainable = self._trainable if trainable is None else trainable and self._trainable
        known = {id(variable) for variable in global_variables()}
        self._set_scope(None)
        reuse = True if self.built else self._reuse
        with variable_scope(self._scope, reuse=reuse, auxiliary_name_scope=False) as scope:
            self._current_scope = scope
            with name_scope(scope.original_name_scope) if scope.original_name_scope else nullcontext():
                variable = get_variable(
                    name, [] if shape is None else shape, dtypes.as_dtype(dtype or self._dtype or dtypes.float32),
                    utils.initializer(initializer), trainable=trainable, constraint=constraint,
                    partitioner=partitioner, use_resource=use_resource, synchronization=synchronization,
                    aggregation=aggregation,
                )  # fmt: skip
                if regularizer is not None and id(variable) not in known:
                    self._regularize(name, variable, regularizer)
        self._track(variable, trainable)
        self._weights_by_name[name] = variable
        return variable

    def add_variable(self, *args: Any, **kwargs: Any) -> Variable:
        """The older name of `add_weight`."""
        return self.add_weight(*args, **kwargs)

    def _track(self, variable: Variable, trainable: bool) -> None:
        # A custom getter or a scope may have decided otherwise than the argument.
        trained = trainable and utils.is_trained(variable)
        weights = self._trainable_weights if trained else self._non_trainable_weights
        if all(variable is not other for other in weights):
            weights.append(variable)

    def _regularize(self, name: str, variable: Variable, regularizer: Any) -> None:
        with name_scope(name + "/Regularizer"):
            loss = regularizer(variable)
        if loss is not None:
            self.add_loss(loss)

    @property
    def trainable(self) -> bool:
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = value
        for layer in self._sublayers():
            layer.trainable = value

    @property
    def trainable_weights(self) -> list[Variable]:
        if not self._trainable:
            return []
        return structure.once(self._trainable_weights, *(layer.trainable_weights for layer in self._sublayers()))

    @property
    def non_trainable_weights(self) -> list[Variable]:
        if self._trainable:
            nested = [layer.non_trainable_weights for layer in self._sublayers()]
            return structure.once(self._non_trainable_weights, *nested)
        nested = [layer.weights for layer in self._sublayers()]
        return structure.once(self._trainable_weights, self._non_trainable_weights, *nested)

    @property
    def weights(self) -> list[Variable]:
        return self.trainable_weights + self.non_trainable_weights

    @property
    def trainable_variables(self) -> list[Variable]:
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Variable]:
        return self.non_trainable_weights

    @property
    def variables(self) -> list[Variable]:
        return self.weights

    def _sublayers(self) -> Iterator[Layer]:
        """The layers that this one holds as attributes or in lists."""
        for name, value in vars(self).items():
            if isinstance(value, Layer):
                yield value
            elif isinstance(value, (list, tuple, dict)) and name not in OWN_ATTRIBUTES:
                yield from (item for item in structure.flat(value) if isinstance(item, Layer))

    def _checkpoint_children(self) -> dict[str, Any]:
        return {**self._weights_by_name, **tracking.attributes(self, OWN_ATTRIBUTES)}

    def count_params(self) -> int:
        """How many numbers the variables hold; ValueError before there are any."""
        if not self.built:
            raise ValueError(f"count_params of {self._name} is not known before it is built: call the layer first.")
        return sum(int(variable.shape.num_elements() or 0) for variable in self.weights)

    def get_weights(self) -> list[np.ndarray]:
        """The values of `weights` in the default session."""
        weights = self.weights
        if executing_eagerly():
            return [np.array(variable) for variable in weights]
        return weights[0].graph.session_for(None, "Layer.get_weights").run(weights) if weights else []

    def set_weights(self, weights: list[Any]) -> None:
        """Write values into `weights`, in their order, in the default session; ValueError where they do not fit."""
        if len(weights) != len(self.weights):
            raise ValueError(
                f"{self._name} has {len(self.weights)} weights, got {len(weights)} values. "
                "Give one array per item of .weights, in that order."
            )
        for variable, value in zip(self.weights, weights, strict=True):
            if not variable.shape.is_compatible_with(np.shape(value)):
                raise ValueError(f"{variable.name} has shape {variable.shape}, its value {np.shape(value)}.")
            variable.load(value)

    # Losses and updates

    def add_loss(self, losses: Any, inputs: Any = None) -> None:
        """Add tensors, or functions that return them, to the REGULARIZATION_LOSSES.

        Args:
            losses: one or a list.
            inputs: what the losses depend on; None if on nothing that is fed.
        """
        items = losses if isinstance(losses, (list, tuple)) else [losses]
        values = [item() if callable(item) else item for item in items]
        new = [convert_to_tensor(value) for value in values if value is not None]
        self._losses += [(loss, inputs) for loss in new]
        utils.add_new_to_collection(new, GraphKeys.REGULARIZATION_LOSSES)

    def add_update(self, updates: Any, inputs: Any = None) -> None:
        """Add operations that must run with each training step to the UPDATE_OPS.

        Args:
            updates: operations, tensors, or functions that return them; one or a list.
            inputs: what they depend on; in `call`, what they can be reached from by default.
        """
        items = updates if isinstance(updates, (list, tuple)) else [updates]
        values = [item() if callable(item) else item for item in items]
        if executing_eagerly():
            return  # they have run
        ops = [structure.operation(value) for value in values]
        depending = set(structure.reached(self._call_inputs, ops)) if inputs is None else ()
        self._updates += [(op, self._call_inputs if op in depending else inputs) for op in ops]

    @property
    def losses(self) -> list[Tensor]:
        return structure.once([loss for loss, _ in self._losses], *(layer.losses for layer in self._sublayers()))

    @property
    def updates(self) -> list[Operation]:
        if not self._trainable and not self.stateful:
            return []
        return structure.once([update for update, _ in self._updates], *(layer.updates for layer in self._sublayers()))

    def get_losses_for(self, inputs: Any) -> list[Tensor]:
        """The losses that depend on `inputs`; those that depend on nothing fed if None."""
        return structure.depending_on(inputs, self._losses)

    def get_updates_for(self, inputs: Any) -> list[Operation]:
        """The updates that depend on `inputs`; those that depend on nothing fed if None."""
        return structure.depending_on(inputs, self._updates)

    @property
    def activity_regularizer(self) -> Any:
        return self._activity_regularizer

    @activity_regularizer.setter
    def activity_regularizer(self, regularizer: Any) -> None:
        self._activity_regularizer = regularizer

    # Names and connections

    @property
    def name(self) -> str:
        return self._name

    @property
    def dtype(self) -> str | None:
        """The name of the type of the variables; None before the first call decides it."""
        return self._dtype

    @property
    def graph(self) -> Graph:
        return self._graph if self._graph is not None else get_default_graph()

    @property
    def scope_name(self) -> str:
        """The name of the layer's variable scope; ValueError before there is one."""
        if self._scope is None:
            raise ValueError(
                f'No name available for layer scope because the layer "{self._name}" has not been used yet: '
                "its first call opens the scope."
            )
        return self._scope.name

    @property
    def input_spec(self) -> Any:
        return self._input_spec

    @input_spec.setter
    def input_spec(self, spec: Any) -> None:
        self._input_spec = spec

    @property
    def input(self) -> Any:
        """What the layer was called with; AttributeError unless it was called once."""
        return self._only_call("input")[0]

    @property
    def output(self) -> Any:
        """What the layer returned; AttributeError unless it was called once."""
        return self._only_call("output")[1]

    @property
    def input_shape(self) -> Any:
        return structure.shapes(self.input)

    @property
    def output_shape(self) -> Any:
        return structure.shapes(self.output)

    def get_input_at(self, node_index: int) -> Any:
        """What the layer was called with the given time."""
        return self._call_at(node_index, "input")[0]

    def get_output_at(self, node_index: int) -> Any:
        """What the layer returned the given time."""
        return self._call_at(node_index, "output")[1]

    def get_input_shape_at(self, node_index: int) -> Any:
        return structure.shapes(self.get_input_at(node_index))

    def get_output_shape_at(self, node_index: int) -> Any:
        return structure.shapes(self.get_output_at(node_index))

    def _only_call(self, what: str) -> tuple[Any, Any]:
        if len(self._calls) > 1:
            raise AttributeError(
                f"Layer {self._name} was called {len(self._calls)} times, so it has no single {what}: "
                f"use get_{what}_at(index)."
            )
        if not self._calls:
            raise AttributeError(f"Layer {self._name} is not connected, no {what} to return: call it first.")
        return self._calls[0]

    def _call_at(self, index: int, what: str) -> tuple[Any, Any]:
        if not 0 <= index < len(self._calls):
            raise ValueError(f"{self._name} was called {len(self._calls)} times: there is no {what} at {index}.")
        return self._calls[index]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal layer."""
        return {"name": self._name, "trainable": self._trainable, "dtype": self._dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Layer:
        return cls(**config)
