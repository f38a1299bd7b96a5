"""I3D, a network of videos (`nets.i3d` of the research models). Carreira and Zisserman 2017, arXiv:1705.07750."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.modeling.variables.scope import variable_scope
from convflow.slim.arg_scope import arg_scope
from convflow.slim.layers.batch_norm import batch_norm
from convflow.slim.layers.shaping import dropout
from convflow.slim.layers.softmax import softmax
from convflow.slim.nets import s3dg
from convflow.slim.nets.inception_parts import Result


def i3d_arg_scope(
    weight_decay: float = 1e-7,
    batch_norm_decay: float = 0.999,
    batch_norm_epsilon: float = 0.001,
    use_renorm: bool = False,
    separable_conv3d: bool = False,
) -> s3dg.Scope:
    """The defaults of the network's layers.

    Args:
        weight_decay: how strongly weights are regularized by their squares.
        batch_norm_decay: how much of the moving averages stays at each step.
        batch_norm_epsilon: added to variances.
        use_renorm: whether batch renormalization is used.
        separable_conv3d: whether convolutions are over space and then over time.

    Returns:
        an `arg_scope`.
    """
    return s3dg.video_scope(
        weight_decay, batch_norm_decay, batch_norm_epsilon, separable=separable_conv3d, renorm=use_renorm
    )


def i3d_base(inputs: Any, final_endpoint: str = "Mixed_5c", scope: Any = "InceptionV1") -> Result:
    """The network without its end: Inception v1 with filters over time, too.

    Args:
        inputs: videos, shape (batch, time, height, width, channels).
        final_endpoint: the layer to stop after; the names are those of Inception v1.
        scope: the name of the variable scope.

    Returns:
        the output of that layer, and {name of a layer: its output}.

    Raises:
        ValueError: there is no such layer.
    """
    return s3dg.s3dg_base(
        inputs, first_temporal_kernel_size=7, gating_startat=None, final_endpoint=final_endpoint, scope=scope
    )


def i3d(
    inputs: Any,
    num_classes: int = 1000,
    dropout_keep_prob: float = 0.8,
    is_training: Any = True,
    prediction_fn: Callable[..., Any] = softmax,
    spatial_squeeze: bool = True,
    reuse: Any = None,
    scope: Any = "InceptionV1",
) -> Result:
    """Videos to classes, within `i3d_arg_scope`.

    Args:
        inputs: videos, shape (batch, time, height, width, channels); 224 x 224 as published.
        num_classes: how many classes.
        dropout_keep_prob: the fraction of features that is kept in training.
        is_training: whether batch statistics are used and followed, and dropout works.
        prediction_fn: what makes probabilities of logits.
        spatial_squeeze: whether the axes of height and width are left out of the logits.
        reuse: whether to share the variables of the network of the same `scope`.
        scope: the name of the variable scope.

    Returns:
        the logits, shape (batch, num_classes), and {name of a layer: its output}.
    """
    with (
        variable_scope(scope, "InceptionV1", [inputs, num_classes], reuse=reuse) as opened,
        arg_scope([batch_norm, dropout], is_training=is_training),
    ):
        net, end_points = i3d_base(inputs, scope=opened)
        with variable_scope("Logits"):
            logits = s3dg.video_logits(net, num_classes, dropout_keep_prob, spatial_squeeze)
            end_points["Logits"] = logits
            end_points["Predictions"] = prediction_fn(logits, scope="Predictions")
    return logits, end_points


i3d.default_image_size = 224  # type: ignore[attr-defined]
