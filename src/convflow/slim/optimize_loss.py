"""A whole training step made of a loss (API: tf.contrib.layers.optimize_loss)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from convflow.graph.collections import GraphKeys
from convflow.graph.convert import convert_to_tensor
from convflow.graph.indexed_slices import IndexedSlices
from convflow.graph.operation import Tensor
from convflow.graph.scopes import get_collection
from convflow.modeling.variables.initializers import Constant
from convflow.modeling.variables.scope import get_variable, variable_scope
from convflow.modeling.variables.variable import trainable_variables
from convflow.ops.assert_rank import assert_scalar
from convflow.ops.dependencies import with_dependencies
from convflow.ops.math.cast import cast
from convflow.ops.math.clip import clip_by_global_norm, global_norm
from convflow.ops.random import truncated_normal
from convflow.training import summaries as tf_summary
from convflow.training.global_step import assert_global_step, get_global_step
from convflow.training.optimizers.adagrad import AdagradOptimizer
from convflow.training.optimizers.adam import AdamOptimizer
from convflow.training.optimizers.ftrl import FtrlOptimizer
from convflow.training.optimizers.gradient_descent import GradientDescentOptimizer
from convflow.training.optimizers.momentum import MomentumOptimizer
from convflow.training.optimizers.optimizer import Optimizer
from convflow.training.optimizers.rmsprop import RMSPropOptimizer

Pairs = list[tuple[Any, Any]]

OPTIMIZER_CLS_NAMES: dict[str, Callable[..., Optimizer]] = {
    "Adagrad": AdagradOptimizer,
    "Adam": AdamOptimizer,
    "Ftrl": FtrlOptimizer,
    "Momentum": lambda learning_rate: MomentumOptimizer(learning_rate, momentum=0.9),
    "RMSProp": RMSPropOptimizer,
    "SGD": GradientDescentOptimizer,
}
OPTIMIZER_SUMMARIES = ["learning_rate", "loss", "gradients", "gradient_norm", "global_gradient_norm"]
_DEFAULT_SUMMARIES = ("loss", "learning_rate", "global_gradient_norm")


def optimize_loss(
    loss: Any,
    global_step: Any,
    learning_rate: Any,
    optimizer: Any,
    gradient_noise_scale: float | None = None,
    gradient_multipliers: Mapping[Any, Any] | None = None,
    clip_gradients: float | Callable[[Pairs], Pairs] | None = None,
    learning_rate_decay_fn: Callable[[Any, Any], Any] | None = None,
    update_ops: Sequence[Any] | None = None,
    variables: Sequence[Any] | None = None,
    name: str | None = None,
    summaries: Sequence[str] | None = None,
    colocate_gradients_with_ops: bool = False,
    increment_global_step: bool = True,
) -> Tensor:
    """A tensor with the loss whose run trains (API: tf.contrib.layers.optimize_loss).

    Args:
        loss: a scalar.
        global_step: the counter of steps; None for the graph's, if it has one.
        learning_rate: a float, which becomes a variable, or a scalar tensor; None if the optimizer has one.
        optimizer: a name of `OPTIMIZER_CLS_NAMES`; a class or a function of the learning rate; a function of nothing
            without a learning rate; or an optimizer.
        gradient_noise_scale: by what normal noise, added to the gradients, is multiplied; None for none.
        gradient_multipliers: {variable or its name, such as "w:0": what its gradient is multiplied by}.
        clip_gradients: the largest norm of all gradients together; or a function of the pairs of gradients and
            variables that gives such pairs, such as `adaptive_clipping_fn`.
        learning_rate_decay_fn: a function of the learning rate and the step that gives the rate to use.
        update_ops: operations that run at each step; those of the collection UPDATE_OPS if None.
        variables: what is trained; all trainable variables if None.
        name: of the variable scope, "OptimizeLoss" by default.
        summaries: which of `OPTIMIZER_SUMMARIES` are written; loss, learning rate and the norm of all gradients
            if None.
        colocate_gradients_with_ops: see `tf.gradients`.
        increment_global_step: whether the counter is raised.

    Raises:
        ValueError: a loss that is no scalar, or arguments that are none of these.
    """
    loss = convert_to_tensor(loss)
    assert_scalar(loss)
    if global_step is None:
        global_step = get_global_step()
    else:
        assert_global_step(global_step)
    with variable_scope(name, "OptimizeLoss", [loss, global_step]):
        updates = get_collection(GraphKeys.UPDATE_OPS) if update_ops is None else update_ops
        if updates:
            loss = with_dependencies(list(dict.fromkeys(updates)), loss)
        rate = _learning_rate(learning_rate)
        shown = _checked_summaries(summaries)
        if learning_rate is not None and learning_rate_decay_fn is not None:
            rate = _decayed(rate, learning_rate_decay_fn, global_step, "learning_rate" in shown)
        made = _optimizer(optimizer, rate)
        pairs = made.compute_gradients(
            loss,
            trainable_variables() if variables is None else variables,
            colocate_gradients_with_ops=colocate_gradients_with_ops,
        )
        if gradient_noise_scale is not None:
            pairs = [(_noisy(gradient, gradient_noise_scale), variable) for gradient, variable in pairs]
        if gradient_multipliers is not None:
            pairs = [(_multiplied(gradient, variable, gradient_multipliers), variable) for gradient, variable in pairs]
        with_norms = "global_gradient_norm" in shown or "gradient_norm" in shown
        if with_norms:
            _show_norm("global_norm/gradient_norm", pairs)
        pairs = _clipped(pairs, clip_gradients)
        if "loss" in shown:
            tf_summary.scalar("loss", loss)
        _show_gradients(pairs, shown)
        if clip_gradients is not None and with_norms:
            _show_norm("global_norm/clipped_gradient_norm", pairs)
        trained = made.apply_gradients(pairs, global_step=global_step if increment_global_step else None, name="train")
        return with_dependencies([trained], loss)


def _learning_rate(learning_rate: Any) -> Any:
    if learning_rate is None:
        return None
    if isinstance(learning_rate, Tensor) and learning_rate.get_shape().ndims == 0:
        return learning_rate
    if isinstance(learning_rate, float):
        if learning_rate < 0.0:
            raise ValueError(f"Invalid learning_rate {learning_rate}. Expected a float of at least 0.")
        return get_variable("learning_rate", [], trainable=False, initializer=Constant(learning_rate))
    raise ValueError(
        f"Learning rate should be 0d Tensor or float. Got {learning_rate} of type {type(learning_rate)}. "
        "Write a float such as 0.1."
    )


def _checked_summaries(summaries: Sequence[str] | None) -> Sequence[str]:
    for wanted in summaries or ():
        if wanted not in OPTIMIZER_SUMMARIES:
            known = ", ".join(OPTIMIZER_SUMMARIES)
            raise ValueError(f"Summaries should be one of [{known}], you provided {wanted}. Leave it out.")
    return _DEFAULT_SUMMARIES if summaries is None else summaries


def _decayed(rate: Any, decay: Callable[[Any, Any], Any], global_step: Any, shown: bool) -> Any:
    if global_step is None:
        raise ValueError(
            "global_step is required for learning_rate_decay_fn, but the graph has none. Make one with "
            "tf.train.get_or_create_global_step()."
        )
    rate = decay(rate, global_step)
    if shown:
        tf_summary.scalar("learning_rate", rate)
    return rate


def _optimizer(optimizer: Any, rate: Any) -> Optimizer:
    if isinstance(optimizer, Optimizer):
        return optimizer
    named = isinstance(optimizer, str)
    if named or (isinstance(optimizer, type) and issubclass(optimizer, Optimizer)):
        if rate is None:
            raise ValueError(
                "Learning rate is None, but should be specified if optimizer is "
                f"{'string' if named else 'class'} ({optimizer}). Pass a learning rate, or an optimizer that has one."
            )
        if named and optimizer not in OPTIMIZER_CLS_NAMES:
            known = ", ".join(OPTIMIZER_CLS_NAMES)
            raise ValueError(
                f"Optimizer name should be one of [{known}], you provided {optimizer}. Choose one of them."
            )
        return (OPTIMIZER_CLS_NAMES[optimizer] if named else optimizer)(learning_rate=rate)
    if not callable(optimizer):
        raise ValueError(
            "Unrecognized optimizer: should be string, subclass of Optimizer, instance of subclass of Optimizer or "
            f"function with one argument. Got {optimizer}."
        )
    made = optimizer() if rate is None else optimizer(rate)
    if not isinstance(made, Optimizer):
        raise ValueError(
            f"Unrecognized optimizer: function should return subclass of Optimizer. Got {made}. Return an optimizer "
            "such as tf.train.AdamOptimizer(rate)."
        )
    return made


def _noisy(gradient: Any, scale: float) -> Any:
    if gradient is None:
        return None
    shape = gradient.dense_shape if isinstance(gradient, IndexedSlices) else gradient.get_shape()
    return gradient + truncated_normal(shape) * scale


def _multiplied(gradient: Any, variable: Any, multipliers: Mapping[Any, Any]) -> Any:
    key = variable if variable in multipliers else variable.name
    if gradient is None or key not in multipliers:
        return gradient
    if isinstance(gradient, IndexedSlices):
        return IndexedSlices(gradient.values * multipliers[key], gradient.indices, gradient.dense_shape)
    return gradient * cast(multipliers[key], gradient.dtype)


def _clipped(pairs: Pairs, clip: Any) -> Pairs:
    if clip is None:
        return pairs
    if isinstance(clip, float):
        gradients, _ = clip_by_global_norm([gradient for gradient, _ in pairs], clip)
        return list(zip(gradients, [variable for _, variable in pairs], strict=True))
    if callable(clip):
        return clip(pairs)
    raise ValueError(f"Unknown type {type(clip)} for clip_gradients: {clip!r}. Expected a float or a function.")


def _show_norm(name: str, pairs: Pairs) -> None:
    tf_summary.scalar(name, global_norm([gradient for gradient, _ in pairs]))


def _show_gradients(pairs: Pairs, shown: Sequence[str]) -> None:
    for gradient, variable in pairs:
        values = gradient.values if isinstance(gradient, IndexedSlices) else gradient
        if values is None:
            continue
        name = variable.name.replace(":", "_")
        if "gradients" in shown:
            tf_summary.histogram(f"gradients/{name}", values)
        if "gradient_norm" in shown:
            tf_summary.scalar(f"gradient_norm/{name}", global_norm([values]))
