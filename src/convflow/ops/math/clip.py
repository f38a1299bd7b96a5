"""Keeping numbers within bounds (API: tf.clip_by_value)."""

from __future__ import annotations

from typing import Any

from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.math.arithmetic import maximum, minimum


def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any, name: str | None = None) -> Tensor:
    """`t` with what is below or above the bounds set to the bound (API: tf.clip_by_value).

    Args:
        clip_value_min, clip_value_max: scalars, or tensors that stretch to the shape of `t`.

    Raises:
        ValueError: bounds that would change the shape of `t`.
    """
    with name_scope(name, "clip_by_value", [t, clip_value_min, clip_value_max]) as scope:
        t = convert_to_tensor(t, name="t")
        below = minimum(t, clip_value_max)
        t.shape.assert_is_compatible_with(below.shape)
        result = maximum(below, clip_value_min, name=scope)
        t.shape.assert_is_compatible_with(result.shape)
        return result
