"""Every op by its own name, inputs and attributes (API: tf.raw_ops)."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from functools import cache
from typing import Any

from convflow.graph.apply import apply_op
from convflow.graph.opdef import all_ops, get_op, is_registered

# A graph file may hold any op: those that only modules loaded late make are registered here.
from convflow.ops import audio as _audio  # noqa: F401
from convflow.ops import clustering as _clustering  # noqa: F401
from convflow.ops import fingerprint as _fingerprint  # noqa: F401
from convflow.ops import mutex as _mutex  # noqa: F401
from convflow.ops import quantized_pool as _quantized_pool  # noqa: F401
from convflow.ops import random_stateful as _random_stateful  # noqa: F401
from convflow.ops import remapping as _remapping  # noqa: F401
from convflow.ops import session_tensor as _session_tensor  # noqa: F401
from convflow.ops import staging as _staging  # noqa: F401
from convflow.ops import string_unicode as _string_unicode  # noqa: F401
from convflow.ops.image import projective as _projective  # noqa: F401
from convflow.ops.training import sign as _sign  # noqa: F401


@cache
def raw_op(op_type: str) -> Callable[..., Any]:
    """The function that makes a node of type `op_type`. It takes inputs and attributes by keyword alone.

    It returns what the op has: a tensor, a named tuple where there are several outputs, the operation where there are
    none.
    """
    outputs = [arg.name for arg in get_op(op_type).outputs]
    result = namedtuple(op_type, outputs) if len(outputs) > 1 else None

    def make(**arguments: Any) -> Any:
        made = apply_op(op_type, **arguments)
        return made if result is None else result(*made)

    make.__name__ = make.__qualname__ = op_type
    make.__doc__ = f"A node of type {op_type} (API: tf.raw_ops.{op_type})."
    return make


def __getattr__(name: str) -> Callable[..., Any]:
    if not is_registered(name):
        raise AttributeError(f"convflow has no op called {name!r} (yet).")
    return raw_op(name)


def __dir__() -> list[str]:
    return [definition.name for definition in all_ops()]
