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
