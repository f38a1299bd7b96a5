"""Ops under the names and with the arguments that TensorFlow's generated modules have: `gen_nn_ops.relu_grad`.

An op's inputs come first, in the order of its definition, then its attributes without a default, then the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from inspect import Parameter, Signature
from typing import Any

from convflow.graph.opdef import REQUIRED, OpDef, all_ops, get_op
from convflow.ops.raw import raw_op

_BEFORE_WORD = re.compile(r"(?<=[a-zA-Z0-9])([A-Z][a-z])")
_AFTER_WORD = re.compile(r"(?<=[a-z])([A-Z])")


def python_name(op_type: str) -> str:
    """The name of an op's function: "Conv2DBackpropInput" is "conv2d_backprop_input"."""
    apart = _AFTER_WORD.sub(r"_\1", _BEFORE_WORD.sub(r"_\1", op_type))
    return apart.replace("__", "_").lower()


@cache
def _by_name() -> dict[str, str]:
    return {python_name(definition.name): definition.name for definition in all_ops()}


@cache
def raw_function(op_type: str) -> Callable[..., Any]:
    """The function that makes a node of type `op_type`, with arguments by place or keyword."""
    signature = Signature(_parameters(get_op(op_type)))
    make = raw_op(op_type)

    def function(*args: Any, **kwargs: Any) -> Any:
        return make(**signature.bind(*args, **kwargs).arguments)

    function.__name__ = function.__qualname__ = python_name(op_type)
    function.__doc__ = f"A node of type {op_type} (API: tf.raw_ops.{op_type})."
    function.__signature__ = signature  # type: ignore[attr-defined]
    return function


def _parameters(definition: OpDef) -> list[Parameter]:
    inferred = {
        attr for arg in definition.inputs for attr in (arg.type_attr, arg.number_attr, arg.type_list_attr) if attr
    }
    attrs = [attr for name, attr in definition.attrs.items() if name not in inferred]
    needed = [arg.name for arg in definition.inputs] + [attr.name for attr in attrs if attr.default is REQUIRED]
    optional = [*(attr.name for attr in attrs if attr.default is not REQUIRED), "name"]
    kind = Parameter.POSITIONAL_OR_KEYWORD
    return [Parameter(name, kind) for name in needed] + [Parameter(name, kind, default=None) for name in optional]


def __getattr__(name: str) -> Callable[..., Any]:
    # Until TensorFlow 1.5 the functions of ops that have none of their own in `tf` began with an underscore.
    op_type = _by_name().get(name) or (None if name.startswith("__") else _by_name().get(name.removeprefix("_")))
    if op_type is None:
        raise AttributeError(f"convflow has no op whose function is called {name!r} (yet).", name=name)
    return raw_function(op_type)


def __dir__() -> list[str]:
    return sorted(_by_name())
