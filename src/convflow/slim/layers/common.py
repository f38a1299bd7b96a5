"""What all layers with variables do alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from convflow.graph.operation import Tensor
from convflow.graph.scopes import add_to_collection, get_collection
from convflow.modeling.layers.base import Layer
from convflow.modeling.variables.initializers import Zeros
from convflow.modeling.variables.initializers_contrib import xavier_initializer
from convflow.modeling.variables.scope import VariableScope, variable_scope
from convflow.modeling.variables.variable import Variable, VariableAggregation, VariableSynchronization
from convflow.slim import utils
from convflow.slim.variables import model_variable

XAVIER = xavier_initializer()
ZEROS = Zeros()

# tf.layers' names of variables, and slim's.
WEIGHTS_AND_BIASES = {"bias": "biases", "kernel": "weights"}
_KERNELS = ("kernel", "depthwise_kernel", "pointwise_kernel")


def check_data_format(data_format: Any, allowed: Sequence[str]) -> None:
    """ValueError unless `data_format` is one of the two allowed."""
    if data_format not in allowed:
        first, second = allowed
        raise ValueError(f"data_format has to be either {first} or {second}. Received: {data_format!r}")


def layers_format(data_format: str | None) -> str:
    """tf.layers' word for a data format."""
    return "channels_first" if data_format and data_format.startswith("NC") else "channels_last"


def model_variable_getter(
    getter: Callable[..., Variable],
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = True,
    collections: Any = None,
    caching_device: Any = None,
    partitioner: Any = None,
    rename: dict[str, str] | None = None,
    use_resource: Any = None,
    synchronization: Any = VariableSynchronization.AUTO,
    aggregation: Any = VariableAggregation.NONE,
    **_: Any,
) -> Variable:
    """A custom getter that makes every variable a model variable, some under other names."""
    scope, slash, short = name.rpartition("/")
    return model_variable(
        scope + slash + (rename or {}).get(short, short), shape=shape, dtype=dtype, initializer=initializer,
        regularizer=regularizer, collections=collections, trainable=trainable, caching_device=caching_device,
        partitioner=partitioner, custom_getter=getter, use_resource=use_resource, synchronization=synchronization,
        aggregation=aggregation,
    )  # fmt: skip


def layer_scope(
    scope: Any, default_name: str, inputs: Any, reuse: Any, rename: dict[str, str] | None = None
) -> variable_scope:
    """The variable scope of a layer whose variables a layer of tf.layers makes.

    Args:
        scope: its name or a scope; `default_name`, made unique, by default.
        rename: {tf.layers' name of a variable: its name here}.
    """

    def getter(true_getter: Any, *args: Any, **kwargs: Any) -> Variable:
        return model_variable_getter(true_getter, *args, **{**kwargs, "rename": rename})

    return variable_scope(scope, default_name, [inputs], reuse=reuse, custom_getter=getter)


def applied(
    layer_class: type[Layer],
    inputs: Tensor,
    scope: VariableScope,
    reuse: Any,
    variables_collections: Any,
    **kwargs: Any,
) -> Tensor:
    """The output of a layer of tf.layers in `scope`; its variables join `variables_collections`."""
    layer: Any = layer_class(
        **kwargs, activity_regularizer=None, name=scope.name, dtype=inputs.dtype.base_dtype, _scope=scope, _reuse=reuse
    )  # fmt: skip
    outputs = layer.apply(inputs)
    for attribute in _KERNELS:
        if hasattr(layer, attribute):
            list_variable(getattr(layer, attribute), variables_collections, "weights")
    if layer.use_bias:
        list_variable(layer.bias, variables_collections, "biases")
    return outputs


def list_variable(variable: Any, variables_collections: Any, name: str) -> None:
    """Add a variable to the collections that its kind belongs to, once."""
    for collection in utils.get_variable_collections(variables_collections, name) or ():
        if all(variable is not other for other in get_collection(collection)):
            add_to_collection(collection, variable)


def own_variable(
    name: str,
    shape: Any,
    dtype: Any,
    initializer: Any,
    variables_collections: Any,
    trainable: bool,
    regularizer: Any = None,
) -> Variable:
    """A model variable of the scope around, listed in the collections of its kind."""
    return model_variable(
        name, shape=shape, dtype=dtype, initializer=initializer, regularizer=regularizer, trainable=trainable,
        collections=utils.get_variable_collections(variables_collections, name),
    )  # fmt: skip


def finished(outputs: Tensor, scope_name: str, activation_fn: Any, outputs_collections: Any) -> Tensor:
    """The output activated, and collected under the scope's name."""
    if activation_fn is not None:
        outputs = activation_fn(outputs)
    return utils.collect_named_outputs(outputs_collections, scope_name, outputs)


def normalized(outputs: Tensor, normalizer_fn: Any, normalizer_params: Any) -> Tensor:
    """The output normalized, if there is a function that does."""
    return outputs if normalizer_fn is None else normalizer_fn(outputs, **(normalizer_params or {}))
