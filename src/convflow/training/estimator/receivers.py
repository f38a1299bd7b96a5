"""What a served model takes (API: tf.estimator.export.ServingInputReceiver and its kin)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.operation import Tensor
from convflow.graph.sparse_tensor import SparseTensor
from convflow.ops.array.placeholder import placeholder
from convflow.ops.parsing import parse_example

_SINGLE = {"feature": "feature", "receiver_tensor": "input", "receiver_tensors_alternative": "input"}


class _Receiver(NamedTuple):
    features: Any
    receiver_tensors: Any
    receiver_tensors_alternatives: Any


class ServingInputReceiver(_Receiver):
    """Features, and the nodes that are fed for them (API: tf.estimator.export.ServingInputReceiver).

    Args:
        features: tensors by name; a single tensor is called "feature".
        receiver_tensors: the fed tensors by name; a single one is called "input".
        receiver_tensors_alternatives: further such groups by name, each a signature of its own.

    Raises:
        ValueError: something that is no tensor, or a name that is no text.
    """

    def __new__(
        cls, features: Any, receiver_tensors: Any, receiver_tensors_alternatives: Any = None
    ) -> ServingInputReceiver:
        return super().__new__(
            cls,
            _named(features, "feature", int_keys=True),
            _named(receiver_tensors, "receiver_tensor"),
            _alternatives(receiver_tensors_alternatives),
        )


class TensorServingInputReceiver(_Receiver):
    """The same for a model whose features are one tensor (API: tf.estimator.export.TensorServingInputReceiver)."""

    def __new__(
        cls, features: Any, receiver_tensors: Any, receiver_tensors_alternatives: Any = None
    ) -> TensorServingInputReceiver:
        if features is None:
            raise ValueError("features must be defined.")
        _check_tensor(features, None, "feature")
        return super().__new__(
            cls, features, _named(receiver_tensors, "receiver_tensor"), _alternatives(receiver_tensors_alternatives)
        )


def build_parsing_serving_input_receiver_fn(
    feature_spec: Mapping[str, Any], default_batch_size: int | None = None
) -> Callable[[], ServingInputReceiver]:
    """A function that makes a placeholder of serialized examples and parses it.

    API: tf.estimator.export.build_parsing_serving_input_receiver_fn.

    Args:
        feature_spec: as `tf.parse_example` takes it.
        default_batch_size: the placeholder's size; any if None.
    """

    def serving_input_receiver_fn() -> ServingInputReceiver:
        examples = placeholder(dtypes.string, [default_batch_size], name="input_example_tensor")
        return ServingInputReceiver(parse_example(examples, feature_spec), {"examples": examples})

    return serving_input_receiver_fn


def build_raw_serving_input_receiver_fn(
    features: Mapping[str, Tensor], default_batch_size: int | None = None
) -> Callable[[], ServingInputReceiver]:
    """A function that makes a placeholder like each of some tensors.

    API: tf.estimator.export.build_raw_serving_input_receiver_fn.

    Args:
        features: tensors by name; their first axis is the batch.
        default_batch_size: the placeholders' first size; any if None.
    """

    def serving_input_receiver_fn() -> ServingInputReceiver:
        made = {
            name: placeholder(
                tensor.dtype, TensorShape([default_batch_size]).concatenate(tensor.shape[1:]), name=tensor.op.name
            )
            for name, tensor in features.items()
        }
        return ServingInputReceiver(made, made)

    return serving_input_receiver_fn


def _alternatives(given: Any) -> Any:
    if given is None:
        return None
    if not isinstance(given, dict):
        raise ValueError(f"receiver_tensors_alternatives must be a dict: {given}.")
    return {name: _named(tensors, "receiver_tensors_alternative") for name, tensors in given.items()}


def _named(tensors: Any, field: str, int_keys: bool = False) -> dict[Any, Any]:
    if tensors is None:
        raise ValueError(f"{field}s must be defined.")
    named = tensors if isinstance(tensors, dict) else {_SINGLE[field]: tensors}
    for name, tensor in named.items():
        if not isinstance(name, (str, int) if int_keys else str):
            raise ValueError(f"{field} keys must be strings{' or ints' if int_keys else ''}: {name}.")
        _check_tensor(tensor, name, field)
    return named


def _check_tensor(tensor: Any, name: Any, field: str) -> None:
    if not isinstance(tensor, (Tensor, SparseTensor)):
        raise ValueError(f"{field}{'' if name is None else f' {name}'} must be a Tensor or SparseTensor: {tensor!r}.")
