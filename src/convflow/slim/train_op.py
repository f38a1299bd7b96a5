"""The operation of one training step (API: slim.training.create_train_op, slim.learning.create_train_op)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from convflow.core import logging
from convflow.graph.collections import GraphKeys
from convflow.graph.operation import Tensor
from convflow.graph.scopes import (
    control_dependencies,
    get_collection,
    get_collection_ref,
    get_default_graph,
    name_scope,
)
from convflow.modeling.variables.variable import trainable_variables
from convflow.ops.array.identity import no_op
from convflow.ops.dependencies import with_dependencies
from convflow.ops.numerics import check_numerics as checked
from convflow.slim.gradients import add_gradients_summaries, clip_gradient_norms, multiply_gradients
from convflow.training.global_step import get_or_create_global_step
from convflow.training.optimizers.optimizer import Optimizer

USE_GLOBAL_STEP = 0


def create_train_op(
    total_loss: Tensor,
    optimizer: Optimizer,
    global_step: Any = USE_GLOBAL_STEP,
    update_ops: Sequence[Any] | None = None,
    variables_to_train: Sequence[Any] | None = None,
    transform_grads_fn: Callable[[list[tuple[Any, Any]]], list[tuple[Any, Any]]] | None = None,
    summarize_gradients: bool = False,
    gate_gradients: int = Optimizer.GATE_OP,
    aggregation_method: int | None = None,
    colocate_gradients_with_ops: bool = False,
    check_numerics: bool = True,
) -> Tensor:
    """A tensor whose evaluation updates the model and returns the loss.

    The updates of moving averages (collection `update_ops`) run before the loss is used, so that batch normalization
    is never forgotten; the tensor is put into the collection `train_op`.

    Args:
        total_loss: a scalar.
        optimizer: computes and applies the gradients.
        global_step: counts the steps; the graph's own, made if need be, by default; None counts nothing.
        update_ops: run in every step, instead of the collection's.
        variables_to_train: all trainable ones if None.
        transform_grads_fn: a function of pairs of gradient and variable that returns such pairs.
        summarize_gradients: whether histograms and norms of the gradients are added to the summaries.
        gate_gradients, aggregation_method, colocate_gradients_with_ops: see `Optimizer.compute_gradients`.
        check_numerics: whether a loss that is NaN or infinite is an InvalidArgumentError.

    Raises:
        ValueError: a variable to train is not trainable.
    """
    if global_step is USE_GLOBAL_STEP:
        global_step = get_or_create_global_step()
    total_loss = _after(_update_ops(update_ops), total_loss)
    variables = _variables_to_train(variables_to_train)
    gradients = optimizer.compute_gradients(
        total_loss, variables, gate_gradients=gate_gradients, aggregation_method=aggregation_method,
        colocate_gradients_with_ops=colocate_gradients_with_ops,
    )  # fmt: skip
    if transform_grads_fn is not None:
        gradients = transform_grads_fn(gradients)
    if summarize_gradients:
        with name_scope("summarize_grads"):
            add_gradients_summaries(gradients)
    applied = optimizer.apply_gradients(gradients, global_step=global_step)
    with name_scope("train_op"):
        if check_numerics:
            total_loss = checked(total_loss, "LossTensor is inf or nan")
        train_op = with_dependencies([applied], total_loss)
    listed = get_collection_ref(GraphKeys.TRAIN_OP)
    if train_op not in listed:
        listed.append(train_op)
    return train_op


def create_learning_train_op(
    total_loss: Tensor,
    optimizer: Optimizer,
    global_step: Any = USE_GLOBAL_STEP,
    update_ops: Sequence[Any] | None = None,
    variables_to_train: Sequence[Any] | None = None,
    clip_gradient_norm: float = 0,
    summarize_gradients: bool = False,
    gate_gradients: int = Optimizer.GATE_OP,
    aggregation_method: int | None = None,
    colocate_gradients_with_ops: bool = False,
    gradient_multipliers: Mapping[Any, Any] | None = None,
    check_numerics: bool = True,
) -> Tensor:
    """`create_train_op` by `slim.learning`'s arguments (API: slim.learning.create_train_op).

    Args:
        clip_gradient_norm: the largest norm of a gradient, if above 0.
        gradient_multipliers: {variable or its name: factor}, applied before the clipping.

    The others: see `create_train_op`.
    """

    def transform(gradients: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
        if gradient_multipliers:
            with name_scope("multiply_grads"):
                gradients = multiply_gradients(gradients, gradient_multipliers)
        if clip_gradient_norm > 0:
            with name_scope("clip_grads"):
                gradients = clip_gradient_norms(gradients, clip_gradient_norm)
        return gradients

    return create_train_op(
        total_loss, optimizer, global_step, update_ops, variables_to_train, transform, summarize_gradients,
        gate_gradients, aggregation_method, colocate_gradients_with_ops, check_numerics,
    )  # fmt: skip


def _update_ops(given: Sequence[Any] | None) -> list[Any]:
    collected = get_collection(GraphKeys.UPDATE_OPS)
    if given is None:
        return list(dict.fromkeys(collected))
    wanted = list(dict.fromkeys(given))
    if not set(collected) <= set(wanted):
        logging.warning(
            "update_ops in create_train_op does not contain all the update_ops in GraphKeys.UPDATE_OPS: "
            "moving averages that are left out keep their values"
        )
    return wanted


def _after(update_ops: list[Any], total_loss: Tensor) -> Tensor:
    if not update_ops:
        return total_loss
    with control_dependencies(update_ops):
        barrier = no_op(name="update_barrier")
    return with_dependencies([barrier], total_loss)


def _variables_to_train(given: Sequence[Any] | None) -> list[Any]:
    trainable = trainable_variables()
    if given is None:
        return trainable
    for variable in given:
        if variable not in trainable:
            raise ValueError(
                f"The variable {variable.op.name} was to be trained, but is not among the trainable variables of "
                f"{get_default_graph()}. Make it with trainable=True or leave it out of variables_to_train."
            )
    return list(given)
