"""Keras' models as estimators (API: tf.keras.estimator.model_to_estimator, 1.15)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from convflow.core import dtypes
from convflow.graph.collections import GraphKeys
from convflow.graph.convert import convert_to_tensor
from convflow.graph.scopes import add_to_collection, control_dependencies
from convflow.graph.walk import get_backward_walk_ops
from convflow.modeling.keras import backend
from convflow.modeling.layers import structure
from convflow.ops.array.identity import group
from convflow.ops.array.reshape import expand_dims
from convflow.ops.math.cast import cast
from convflow.ops.state import assign_add
from convflow.training.estimator.estimator import Estimator
from convflow.training.estimator.mode_keys import ModeKeys
from convflow.training.estimator.spec import EstimatorSpec
from convflow.training.global_step import get_or_create_global_step
from convflow.training.keras import objectives, optimizers
from convflow.training.keras.models import clone_model, load_model
from convflow.training.scaffold import Scaffold


def model_to_estimator(
    keras_model: Any = None,
    keras_model_path: str | None = None,
    custom_objects: Any = None,
    model_dir: str | None = None,
    config: Any = None,
    checkpoint_format: str = "saver",
) -> Estimator:
    """An estimator that trains a compiled Keras model (API: tf.keras.estimator.model_to_estimator).

    It begins with the weights that the model has now; the model itself stays as it is. Features are a tensor, a list,
    or a dict by the names of the model's inputs; labels by those of its outputs.

    Args:
        keras_model: a `Sequential` or functional model, compiled.
        keras_model_path: a file of one instead, as `Model.save` writes it.
        custom_objects: the program's own classes and functions by name, for the file.
        model_dir: where checkpoints are kept.
        config: a `tf.estimator.RunConfig`.
        checkpoint_format: "saver" or "checkpoint"; checkpoints here are those of a `tf.train.Saver` in any case.

    Raises:
        ValueError: no model, two of them, one that is not compiled, or a subclass without configuration.
    """
    if checkpoint_format not in ("saver", "checkpoint", None):
        raise ValueError(f"checkpoint_format must be 'saver' or 'checkpoint', got {checkpoint_format!r}.")
    if keras_model is None and keras_model_path is None:
        raise ValueError("Either `keras_model` or `keras_model_path` needs to be provided.")
    if keras_model is not None and keras_model_path is not None:
        raise ValueError("Please specify either `keras_model` or `keras_model_path`, but not both.")
    model = load_model(keras_model_path, custom_objects) if keras_model is None else keras_model  # type: ignore[arg-type]
    if model._compiled is None or model.optimizer is None:
        raise ValueError(
            "The given keras model has not been compiled yet. Please compile the model with `model.compile()` before "
            "calling `model_to_estimator()`."
        )
    with backend.graph().as_default():
        initial = model.get_weights()
    return Estimator(_model_fn(model, initial), model_dir=model_dir, config=config)


def _model_fn(model: Any, initial: Sequence[Any]) -> Callable[..., EstimatorSpec]:
    def model_fn(features: Any, labels: Any, mode: str) -> EstimatorSpec:
        with backend.learning_phase_scope(int(mode == ModeKeys.TRAIN)):
            return _spec(model, initial, features, labels, mode)

    return model_fn


def _spec(model: Any, initial: Sequence[Any], features: Any, labels: Any, mode: str) -> EstimatorSpec:
    clone = clone_model(model)
    inputs = [
        cast(item, placeholder.dtype)
        for item, placeholder in zip(_by_name(features, clone.input_names, "features"), clone.inputs, strict=True)
    ]
    outputs = list(structure.flat(clone(inputs[0] if len(inputs) == 1 else inputs)))
    predictions = dict(zip(clone.output_names, outputs, strict=True))
    scaffold = Scaffold(init_fn=_initializer(clone, initial))
    if mode == ModeKeys.PREDICT:
        return EstimatorSpec(mode, predictions=predictions, scaffold=scaffold)
    targets = [
        _target(label, output)
        for label, output in zip(_by_name(labels, clone.output_names, "labels"), outputs, strict=True)
    ]
    unfed = {tensor.op for tensor in clone.inputs}
    objective = objectives.build(
        outputs,
        clone.output_names,
        model_losses=[loss for loss in clone.losses if not _depends(loss, unfed)],
        given_targets=targets,
        **model._compiled,
    )
    for metric in objective.metrics:
        for variable in metric.variables:
            # Where sessions of estimators initialize them, and checkpoints leave them out.
            add_to_collection(GraphKeys.LOCAL_VARIABLES, variable)
    names = objective.names[len(objective.names) - len(objective.metrics) :]
    measured = {
        name: (metric.result(), update)
        for name, metric, update in zip(names, objective.metrics, objective.results, strict=True)
    }
    train_op = None
    if mode == ModeKeys.TRAIN:
        updates = [update for update in clone.updates if not _depends(update, unfed)]
        train_op = _train_op(model.optimizer, objective.total, clone.trainable_weights, updates)
    return EstimatorSpec(
        mode,
        predictions=predictions,
        loss=objective.total,
        train_op=train_op,
        eval_metric_ops=measured,
        scaffold=scaffold,
    )


def _by_name(given: Any, names: Sequence[str], what: str) -> list[Any]:
    """One tensor for each of the model's inputs or outputs."""
    if isinstance(given, dict):
        missing = sorted(set(names) - set(given))
        if missing:
            raise KeyError(
                f"The {what} have the keys {sorted(given)}, and the model has {list(names)}: {missing} are missing. "
                "Return a dict with these keys from input_fn."
            )
        return [given[name] for name in names]
    items = list(given) if isinstance(given, (list, tuple)) else [given]
    if len(items) != len(names):
        raise ValueError(f"The model has {len(names)} {what}, {list(names)}, and input_fn gives {len(items)}.")
    return items


def _target(label: Any, output: Any) -> Any:
    """A label as the losses take it: float32, with as many axes as the output."""
    target = cast(convert_to_tensor(label), dtypes.float32)
    short = target.shape.rank is not None and target.shape.rank + 1 == output.shape.rank
    return expand_dims(target, -1) if short else target


def _depends(node: Any, ops: set[Any]) -> bool:
    return not ops.isdisjoint(get_backward_walk_ops(node, control_inputs=True))


def _initializer(clone: Any, initial: Sequence[Any]) -> Callable[[Any, Any], None]:
    def initialize(scaffold: Any, session: Any) -> None:
        for variable, value in zip(clone.weights, initial, strict=True):
            variable.load(value, session)

    return initialize


def _train_op(optimizer: Any, loss: Any, weights: list[Any], updates: list[Any]) -> Any:
    step = get_or_create_global_step()
    if isinstance(optimizer, optimizers.TFOptimizer):
        return group(optimizer.optimizer.minimize(loss, global_step=step, var_list=weights), *updates)
    own = type(optimizer).from_config(optimizer.get_config())
    with control_dependencies([*own.get_updates(loss, weights), *updates]):
        return assign_add(step, 1).op
