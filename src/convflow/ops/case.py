"""Choosing among several functions at run time (API: tf.case)."""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from convflow.core import dtypes, logging
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import control_dependencies, name_scope
from convflow.ops.array.constant import constant
from convflow.ops.array.stack import stack
from convflow.ops.assertion import assert_
from convflow.ops.control_flow import cond, smart_cond
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import less_equal
from convflow.ops.math.reduce import reduce_sum

Action = Callable[[], Any]


def case(
    pred_fn_pairs: Any,
    default: Action | None = None,
    exclusive: bool = False,
    strict: bool = False,
    name: str = "case",
) -> Any:
    """What the function of the first predicate that holds returns (API: tf.case).

    Args:
        pred_fn_pairs: a list of pairs of a bool scalar tensor and a function without arguments, or a dictionary of
            them. The functions return the same structure of tensors of the same types.
        default: the function where no predicate holds; without one, that no predicate holds is an error of the run.
        exclusive: that several predicates hold is an error of the run.
        strict: keep a list or tuple of one; otherwise its item is returned.

    Raises:
        TypeError: not pairs, or not of a bool tensor and a function.
        InvalidArgumentError: (when run) as `default` and `exclusive` say.
    """
    return _case(functools.partial(cond, strict=strict), pred_fn_pairs, default, exclusive, name, python_preds=False)


def smart_case(
    pred_fn_pairs: Any, default: Action | None = None, exclusive: bool = False, name: str = "smart_case"
) -> Any:
    """`tf.case` where predicates may be Python bools, and what is known now is chosen now
    (API: tf.contrib.framework.smart_case).

    Args:
        pred_fn_pairs: a list of pairs of a bool (a scalar tensor or Python's) and a function without arguments, or a
            dictionary of them.
        default: the function where no predicate holds; without one, that no predicate holds is an error.
        exclusive: that several predicates hold is an error.

    Returns:
        What the chosen function returns.

    Raises:
        TypeError: not pairs, or not of a bool and a function.
        InvalidArgumentError: (when run) as `default` and `exclusive` say.
    """
    return _case(smart_cond, pred_fn_pairs, default, exclusive, name, python_preds=True)


def _case(
    choose: Callable[..., Any],
    pred_fn_pairs: Any,
    default: Action | None,
    exclusive: bool,
    name: str,
    python_preds: bool,
) -> Any:
    pairs = _checked_pairs(pred_fn_pairs, exclusive, name, python_preds)
    predicates, actions = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    with name_scope(name, "case", predicates):
        if default is None:
            default = _last_as_default(predicates, actions)
            predicates, actions = predicates[:-1], actions[:-1]
        chosen = default
        for predicate, action in zip(reversed(predicates), reversed(actions), strict=True):
            chosen = functools.partial(choose, predicate, true_fn=action, false_fn=chosen)
        if not exclusive:
            return chosen()
        with control_dependencies([_at_most(1, predicates, "Input error: exclusive=True")]):
            return chosen()


def _last_as_default(predicates: list[Any], actions: list[Action]) -> Action:
    """The last function, after a check that its predicate holds and no other one."""

    def action() -> Any:
        number = len(predicates) - 1
        others = (
            f"Implementation error: selected default action #{number} was called, but some of other predicates are "
            "True: "
        )
        message = ["Input error: None of conditions evaluated as True:", stack(predicates, name="preds_c")]
        with control_dependencies([_at_most(0, predicates[:-1], others), assert_(predicates[-1], message)]):
            return actions[-1]()

    return action


def _at_most(count: int, predicates: list[Any], message: str) -> Operation:
    together = stack(predicates, name="preds_c")
    holding = reduce_sum(cast(together, dtypes.int32), name="num_true_conds")
    condition = less_equal(holding, constant(count, name="n_true_conds"))
    names = ", ".join(getattr(predicate, "name", "?") for predicate in predicates)
    text = f"{message}: more than {count} conditions ({names}) evaluated as True:"
    return assert_(condition, [text, together], summarize=len(predicates))


def _checked_pairs(given: Any, exclusive: bool, name: str, python_preds: bool) -> list[tuple[Any, Action]]:
    if not isinstance(given, (list, tuple, dict)):
        raise TypeError(f"'pred_fn_pairs' must be a list, tuple, or dict. Received: {type(given).__name__}.")
    pairs = list(_in_order(given, exclusive, name))
    if not pairs:
        raise ValueError("'pred_fn_pairs' is empty: there is nothing to choose from. Give at least one pair.")
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError(f"Each entry in 'pred_fn_pairs' must be a 2-tuple (predicate, function). Received {pair}.")
        _check_predicate(pair[0], python_preds)
        if not callable(pair[1]):
            raise TypeError(f"fn for pred {_named(pair[0])} must be callable, got {pair[1]!r}. Wrap it: lambda: value.")
    return pairs


def _in_order(given: Any, exclusive: bool, name: str) -> Iterable[Any]:
    if not isinstance(given, dict):
        return given
    if isinstance(given, OrderedDict):
        return given.items()
    if not exclusive:
        logging.warn(
            f"{name}: a dictionary of predicate/fn pairs was provided, but exclusive=False. Predicates are tried in "
            "the order of their names. Pass a list of pairs to say the order."
        )
    return sorted(given.items(), key=lambda item: item[0].name)


def _check_predicate(predicate: Any, python_preds: bool) -> None:
    if isinstance(predicate, Tensor):
        if predicate.dtype.base_dtype is not dtypes.bool:
            raise TypeError(f"pred must be Tensor of type bool: {predicate.name} is {predicate.dtype.name}.")
    elif not python_preds:
        raise TypeError(f"pred must be a Tensor, got: {predicate!r}. Use tf.constant, or a Python if.")
    elif not isinstance(predicate, bool):
        raise TypeError(f"pred must be a Tensor or bool, got: {predicate!r}")


def _named(predicate: Any) -> str:
    return getattr(predicate, "name", repr(predicate))
