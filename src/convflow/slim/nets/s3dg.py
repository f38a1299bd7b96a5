"""S3D-G, a network of videos (`nets.s3dg` of the research models). Xie et al. 2017, arXiv:1712.04851.

Inception v1 whose large filters reach over time, too, and whose channels are weighted by what the whole video shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from convflow.modeling.variables.regularizers import l2_regularizer
from convflow.modeling.variables.scope import variable_scope
from convflow.ops.activation import relu
from convflow.ops.array.reshape import squeeze
from convflow.ops.array.tile import tile
from convflow.ops.array.transpose import transpose
from convflow.ops.math.arithmetic import multiply
from convflow.ops.math.elementwise import sigmoid
from convflow.ops.math.reduce import reduce_mean
from convflow.slim.arg_scope import arg_scope
from convflow.slim.layers.batch_norm import batch_norm
from convflow.slim.layers.conv import convolution3d
from convflow.slim.layers.pooling import avg_pool3d, max_pool3d
from convflow.slim.layers.shaping import dropout
from convflow.slim.layers.softmax import softmax
from convflow.slim.nets.i3d_utils import conv3d_spatiotemporal, inception_block_v1_3d, reduced_kernel_size_3d
from convflow.slim.nets.inception_parts import Result, depth_function, up_to
from convflow.slim.nets.trunc_normal import trunc_normal

Scope = dict[str, dict[str, Any]]
# Filters of each module: branch 0; before and of the large filters of branches 1 and 2; branch 3.
_MODULES = {
    "Mixed_3b": (64, 96, 128, 16, 32, 32),
    "Mixed_3c": (128, 128, 192, 32, 96, 64),
    "Mixed_4b": (192, 96, 208, 16, 48, 64),
    "Mixed_4c": (160, 112, 224, 24, 64, 64),
    "Mixed_4d": (128, 128, 256, 24, 64, 64),
    "Mixed_4e": (112, 144, 288, 32, 64, 64),
    "Mixed_4f": (256, 160, 320, 32, 128, 128),
    "Mixed_5b": (256, 160, 320, 32, 128, 128),
    "Mixed_5c": (384, 192, 384, 48, 128, 128),
}
# Windows and steps in time, height and width.
_POOLS = {
    "MaxPool_2a_3x3": ([1, 3, 3], [1, 2, 2]),
    "MaxPool_3a_3x3": ([1, 3, 3], [1, 2, 2]),
    "MaxPool_4a_3x3": ([3, 3, 3], [2, 2, 2]),
    "MaxPool_5a_2x2": ([2, 2, 2], [2, 2, 2]),
}
_NAMES = (
    "Conv2d_1a_7x7", "MaxPool_2a_3x3", "Conv2d_2b_1x1", "Conv2d_2c_3x3", "MaxPool_3a_3x3", "Mixed_3b", "Mixed_3c",
    "MaxPool_4a_3x3", "Mixed_4b", "Mixed_4c", "Mixed_4d", "Mixed_4e", "Mixed_4f", "MaxPool_5a_2x2", "Mixed_5b",
    "Mixed_5c",
)  # fmt: skip


def video_scope(
    weight_decay: float, batch_norm_decay: float, batch_norm_epsilon: float, separable: bool, **normal: Any
) -> Scope:
    """The defaults of the layers of S3D-G and I3D."""
    moving = {"beta": None, "gamma": None, "moving_mean": ["moving_vars"], "moving_variance": ["moving_vars"]}
    parameters = {
        "decay": batch_norm_decay, "epsilon": batch_norm_epsilon, "fused": False, **normal,
        "variables_collections": moving,
    }  # fmt: skip
    with (
        arg_scope(
            [convolution3d, conv3d_spatiotemporal],
            weights_regularizer=l2_regularizer(weight_decay),
            activation_fn=relu,
            normalizer_fn=batch_norm,
            normalizer_params=parameters,
        ),
        arg_scope([conv3d_spatiotemporal], separable=separable) as scope,
    ):
        return scope


def s3dg_arg_scope(
    weight_decay: float = 1e-7, batch_norm_decay: float = 0.999, batch_norm_epsilon: float = 0.001
) -> Scope:
    """The defaults of the network's layers: convolutions over space and then over time.

    Args:
        weight_decay: how strongly weights are regularized by their squares.
        batch_norm_decay: how much of the moving averages stays at each step.
        batch_norm_epsilon: added to variances.

    Returns:
        an `arg_scope`.
    """
    return video_scope(weight_decay, batch_norm_decay, batch_norm_epsilon, separable=True)


def self_gating(input_tensor: Any, scope: str, data_format: str = "NDHWC") -> Any:
    """Channels weighted by what the whole video shows.

    Args:
        input_tensor: five axes, of known sizes but for the batch.
        scope: the name of the variable scope.
        data_format: "NDHWC" or "NCDHW".

    Returns:
        of the same shape.
    """
    sizes = input_tensor.get_shape().as_list()
    channels = data_format.index("C")
    # In the order that the networks were published with, which is that of pictures as wide as high.
    window = [sizes[data_format.index(axis)] for axis in "DWH"]
    mean = avg_pool3d(input_tensor, window, stride=1, data_format=data_format, scope=f"{scope}/self_gating/avg_pool3d")
    weights: Any = convolution3d(
        mean, sizes[channels], [1, 1, 1], activation_fn=None, normalizer_fn=None, biases_initializer=None,
        data_format=data_format, weights_initializer=trunc_normal(0.01), scope=f"{scope}/self_gating/transformer_W",
    )  # fmt: skip
    times = [1, *window]
    times.insert(channels, 1)
    return multiply(sigmoid(tile(weights, times)), input_tensor)


def _stages(
    net: Any,
    depth: Callable[[int], int],
    first_size: int,
    temporal_from: str | None,
    gating_from: str | None,
    data_format: str,
) -> Iterator[tuple[str, Any]]:
    def gate(inputs: Any, scope: str) -> Any:
        return self_gating(inputs, scope, data_format=data_format)

    time, gating = 1, False
    for name in _NAMES:
        # What begins at a layer stays for the layers after it.
        time = 3 if name == temporal_from else time
        gating = gating or name == gating_from
        if name == "Conv2d_1a_7x7":
            net = conv3d_spatiotemporal(net, depth(64), [first_size, 7, 7], stride=2, separable=False, scope=name)
        elif name == "Conv2d_2b_1x1":
            net = convolution3d(net, depth(64), [1, 1, 1], scope=name)
        elif name == "Conv2d_2c_3x3":
            net = conv3d_spatiotemporal(net, depth(192), [time, 3, 3], scope=name)
            net = gate(net, name) if gating else net
        elif name in _POOLS:
            window, steps = _POOLS[name]
            net = max_pool3d(net, window, stride=steps, scope=name)
        else:
            narrow, *large, pooled = (depth(filters) for filters in _MODULES[name])
            net = inception_block_v1_3d(
                net, narrow, large[0], large[1], large[2], large[3], pooled, temporal_kernel_size=time,
                self_gating_fn=gate if gating else None, data_format=data_format, scope=name,
            )  # fmt: skip
        yield name, net


def s3dg_base(
    inputs: Any,
    first_temporal_kernel_size: int = 3,
    temporal_conv_startat: str | None = "Conv2d_2c_3x3",
    gating_startat: str | None = "Conv2d_2c_3x3",
    final_endpoint: str = "Mixed_5c",
    min_depth: int = 16,
    depth_multiplier: float = 1.0,
    data_format: str = "NDHWC",
    scope: Any = "InceptionV1",
) -> Result:
    """The network without its end.

    Args:
        inputs: videos, shape (batch, time, height, width, channels).
        first_temporal_kernel_size: over how many pictures the first filters reach: 1, 3, 5 or 7.
        temporal_conv_startat: from which layer on large filters reach over time: "Conv2d_2c_3x3" or a "Mixed_" one.
        gating_startat: from which layer on channels are weighted; None for nowhere.
        final_endpoint: the layer to stop after.
        min_depth: the fewest filters a layer may have.
        depth_multiplier: what the numbers of filters are multiplied by.
        data_format: "NDHWC" or "NCDHW".
        scope: the name of the variable scope.

    Returns:
        the output of that layer, and {name of a layer: its output}.

    Raises:
        ValueError: there is no such layer, a multiplier that is not positive, another size or format.
    """
    _check_format(data_format)
    if first_temporal_kernel_size not in (1, 3, 5, 7):
        raise ValueError(f"first_temporal_kernel_size can only be 1, 3, 5 or 7, got {first_temporal_kernel_size}.")
    depth = depth_function(depth_multiplier, min_depth)
    layers = [convolution3d, max_pool3d, conv3d_spatiotemporal]
    with (
        variable_scope(scope, "InceptionV1", [inputs]),
        arg_scope([convolution3d], weights_initializer=trunc_normal(0.01)),
        arg_scope(layers, stride=1, data_format=data_format, padding="SAME"),
    ):
        stages = _stages(inputs, depth, first_temporal_kernel_size, temporal_conv_startat, gating_startat, data_format)
        return up_to(final_endpoint, stages, _NAMES)


def _check_format(data_format: str) -> None:
    if data_format not in ("NDHWC", "NCDHW"):
        raise ValueError(f"data_format must be 'NDHWC' or 'NCDHW', got {data_format!r}.")


def s3dg(
    inputs: Any,
    num_classes: int = 1000,
    first_temporal_kernel_size: int = 3,
    temporal_conv_startat: str | None = "Conv2d_2c_3x3",
    gating_startat: str | None = "Conv2d_2c_3x3",
    final_endpoint: str = "Mixed_5c",
    min_depth: int = 16,
    depth_multiplier: float = 1.0,
    dropout_keep_prob: float = 0.8,
    is_training: Any = True,
    prediction_fn: Callable[..., Any] = softmax,
    spatial_squeeze: bool = True,
    reuse: Any = None,
    data_format: str = "NDHWC",
    scope: Any = "InceptionV1",
) -> Result:
    """Videos to classes, within `s3dg_arg_scope`.

    Args:
        inputs: videos, shape (batch, time, height, width, channels).
        num_classes: how many classes.
        first_temporal_kernel_size, temporal_conv_startat, gating_startat, final_endpoint, min_depth, depth_multiplier:
            see `s3dg_base`.
        dropout_keep_prob: the fraction of features that is kept in training.
        is_training: whether batch statistics are used and followed, and dropout works.
        prediction_fn: what makes probabilities of logits.
        spatial_squeeze: whether the axes of height and width are left out of the logits.
        reuse: whether to share the variables of the network of the same `scope`.
        data_format: "NDHWC" or "NCDHW".
        scope: the name of the variable scope.

    Returns:
        the logits, shape (batch, num_classes), and {name of a layer: its output}.

    Raises:
        ValueError: see `s3dg_base`.
    """
    _check_format(data_format)
    with (
        variable_scope(scope, "InceptionV1", [inputs, num_classes], reuse=reuse) as opened,
        arg_scope([batch_norm, dropout], is_training=is_training),
    ):
        net, end_points = s3dg_base(
            inputs, first_temporal_kernel_size, temporal_conv_startat, gating_startat, final_endpoint, min_depth,
            depth_multiplier, data_format, opened,
        )  # fmt: skip
        with variable_scope("Logits"):
            if data_format == "NCDHW":
                net = transpose(net, [0, 2, 3, 4, 1])
            logits = video_logits(net, num_classes, dropout_keep_prob, spatial_squeeze)
            end_points["Logits"] = logits
            end_points["Predictions"] = prediction_fn(logits, scope="Predictions")
    return logits, end_points


s3dg.default_image_size = 224  # type: ignore[attr-defined]


def video_logits(net: Any, num_classes: int, dropout_keep_prob: float, spatial_squeeze: bool) -> Any:
    """Classes of each part of the time, and their mean."""
    net = avg_pool3d(net, reduced_kernel_size_3d(net, [2, 7, 7]), stride=1, data_format="NDHWC", scope="AvgPool_0a_7x7")
    net = dropout(net, dropout_keep_prob, scope="Dropout_0b")
    logits = convolution3d(
        net, num_classes, [1, 1, 1], activation_fn=None, normalizer_fn=None, data_format="NDHWC", scope="Conv2d_0c_1x1"
    )
    logits = reduce_mean(logits, axis=1)
    return squeeze(logits, [1, 2], name="SpatialSqueeze") if spatial_squeeze else logits
