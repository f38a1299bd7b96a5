"""Switches of later TensorFlows that programs written for both flip (API: tf.disable_v2_behavior and its kin).

What they switch off is not there: graphs are built, variables are references unless asked otherwise, `Dimension`
objects stand in shapes. Switching it off is agreed to; switching it on is refused.
"""

from __future__ import annotations

from convflow.core import errors


def disable_v2_behavior() -> None:
    """See this module (API: tf.disable_v2_behavior)."""


def disable_v2_tensorshape() -> None:
    """Shapes hold `Dimension` objects (API: tf.disable_v2_tensorshape)."""


def disable_control_flow_v2() -> None:
    """Branches are nodes of the graph itself (API: tf.disable_control_flow_v2)."""


def disable_tensor_equality() -> None:
    """`==` of tensors compares the objects (API: tf.disable_tensor_equality)."""


def enable_v2_behavior() -> None:
    """Refused: TensorFlow 2's behaviour is not here (API: tf.enable_v2_behavior).

    Raises:
        tf.errors.UnimplementedError: always.
    """
    raise errors.UnimplementedError(
        None,
        None,
        "tf.enable_v2_behavior() asks for TensorFlow 2, convflow is TensorFlow 1. Leave the call out, or run the "
        "program with TensorFlow 2.",
    )


def enable_control_flow_v2() -> None:
    """Branches and loops may be nodes with functions: here they stay nodes of the graph itself, whose values and
    gradients are the same (API: tf.enable_control_flow_v2)."""


def control_flow_v2_enabled() -> bool:
    """Whether branches are nodes with functions: never (API: tf.control_flow_v2_enabled)."""
    return False


def enable_tensor_equality() -> None:
    """Refused: `==` of tensors compares the objects (API: tf.enable_tensor_equality).

    Raises:
        tf.errors.UnimplementedError: always.
    """
    raise _later("tf.enable_tensor_equality()", "`==` compares tensors as objects here", "Write tf.equal(x, y)")


def enable_v2_tensorshape() -> None:
    """Refused: shapes hold `Dimension` objects (API: tf.enable_v2_tensorshape).

    Raises:
        tf.errors.UnimplementedError: always.
    """
    raise _later("tf.enable_v2_tensorshape()", "shapes hold Dimension objects here", "Use shape.as_list()")


def _later(call: str, here: str, advice: str) -> errors.UnimplementedError:
    return errors.UnimplementedError(
        None, None, f"{call} asks for TensorFlow 2's behaviour, but {here}. {advice}, or leave the call out."
    )
