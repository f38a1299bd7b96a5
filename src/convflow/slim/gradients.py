"""What is done to gradients before they are applied (API: slim.learning, slim.training)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from convflow.core import logging
from convflow.graph.indexed_slices import IndexedSlices
from convflow.graph.operation import Tensor
from convflow.ops.math.arithmetic import multiply
from convflow.ops.math.cast import cast
from convflow.ops.math.clip import clip_by_norm, global_norm
from convflow.training import summaries

GradientsAndVariables = list[tuple[Any, Any]]


def clip_gradient_norms(gradients_to_variables: Sequence[tuple[Any, Any]], max_norm: Any) -> GradientsAndVariables:
    """Every gradient, alone, with a Euclidean norm of at most `max_norm` (API: slim.learning.clip_gradient_norms).

    Args:
        gradients_to_variables: pairs of a gradient, a tensor or `IndexedSlices` or None, and its variable.
        max_norm: a number above 0.

    Returns:
        The pairs, with clipped gradients; None stays None.
    """
    return [(_clipped(gradient, max_norm), variable) for gradient, variable in gradients_to_variables]


def clip_gradient_norms_fn(max_norm: Any) -> Callable[[Sequence[tuple[Any, Any]]], GradientsAndVariables]:
    """`clip_gradient_norms` with its norm, for `transform_grads_fn` (API: slim.training.clip_gradient_norms_fn).

    Args:
        max_norm: the longest a gradient may be.

    Returns:
        a function from pairs of gradient and variable to such pairs.
    """
    return lambda gradients_to_variables: clip_gradient_norms(gradients_to_variables, max_norm)


def _clipped(gradient: Any, max_norm: Any) -> Any:
    if gradient is None:
        return None
    return _with_values(gradient, lambda values: clip_by_norm(values, max_norm))


def multiply_gradients(
    grads_and_vars: Sequence[tuple[Any, Any]], gradient_multipliers: Mapping[Any, Any]
) -> GradientsAndVariables:
    """Gradients of some variables multiplied, to train them faster or slower (API: slim.learning.multiply_gradients).

    Args:
        grads_and_vars: pairs of a gradient and its variable.
        gradient_multipliers: {variable or its name: a number or a tensor}.

    Raises:
        ValueError: `grads_and_vars` is no list, the multipliers are no dictionary or empty, or a variable with a
            multiplier has no gradient.
    """
    if not isinstance(grads_and_vars, list):
        raise ValueError(f"multiply_gradients takes a list of pairs as grads_and_vars, not {type(grads_and_vars)}.")
    if not isinstance(gradient_multipliers, Mapping) or not gradient_multipliers:
        raise ValueError(
            f"multiply_gradients was given the multipliers {gradient_multipliers!r}. It needs a dictionary from "
            "variables or their names to numbers, with at least one entry."
        )
    return [(_multiplied(gradient, variable, gradient_multipliers), variable) for gradient, variable in grads_and_vars]


def _multiplied(gradient: Any, variable: Any, multipliers: Mapping[Any, Any]) -> Any:
    key = variable if variable in multipliers else variable.op.name
    if key not in multipliers:
        return gradient
    if gradient is None:
        raise ValueError(
            f"The variable {variable.op.name} has a gradient multiplier, but the loss does not depend on it: "
            "its gradient is None. Take it out of the multipliers."
        )
    factor = multipliers[key]
    typed = factor if isinstance(factor, Tensor) else None
    return _with_values(gradient, lambda values: multiply(values, _as_factor(typed, factor, values.dtype)))


def _as_factor(tensor: Tensor | None, factor: Any, dtype: Any) -> Any:
    return factor if tensor is None else cast(tensor, dtype)


def _with_values(gradient: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(gradient, IndexedSlices):
        return IndexedSlices(change(gradient.values), gradient.indices, gradient.dense_shape)
    return change(gradient)


def add_gradients_summaries(grads_and_vars: Sequence[tuple[Any, Any]]) -> list[Tensor]:
    """A histogram of each gradient and a scalar of its norm (API: slim.learning.add_gradients_summaries).

    Args:
        grads_and_vars: pairs of a gradient (a tensor, `IndexedSlices` or None) and its variable.

    Returns:
        The summaries; variables without a gradient have none, and are mentioned in the log.
    """
    made: list[Tensor] = []
    for gradient, variable in grads_and_vars:
        if gradient is None:
            logging.info("Var %s has no gradient", variable.op.name)
            continue
        values = gradient.values if isinstance(gradient, IndexedSlices) else gradient
        made.append(summaries.histogram(variable.op.name + "/gradient", values))
        made.append(summaries.scalar(variable.op.name + "/gradient_norm", global_norm([values])))
    return made
