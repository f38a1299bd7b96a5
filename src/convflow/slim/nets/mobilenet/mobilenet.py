"""MobileNets built from a table of layers (`nets.mobilenet.mobilenet` of the research models).

A table is a dict: "spec", a list of `op`; "defaults" and "overrides", {tuple of functions: arguments} for
`slim.arg_scope`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Any, NamedTuple

from convflow.graph.convert import convert_to_tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.variables.initializers import TruncatedNormal, Zeros
from convflow.modeling.variables.initializers_contrib import xavier_initializer
from convflow.modeling.variables.regularizers import l2_regularizer
from convflow.modeling.variables.scope import VariableScope, variable_scope
from convflow.ops.array.identity import identity
from convflow.ops.array.reshape import squeeze
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.pool import avg_pool
from convflow.slim.arg_scope import add_arg_scope, arg_scope
from convflow.slim.layers.batch_norm import batch_norm
from convflow.slim.layers.conv import convolution2d
from convflow.slim.layers.dense import fully_connected
from convflow.slim.layers.depthwise import separable_convolution2d
from convflow.slim.layers.shaping import dropout
from convflow.slim.layers.softmax import softmax
from convflow.slim.nets.heads import averaged
from convflow.slim.nets.inception_parts import Result
from convflow.slim.nets.mobilenet.conv_blocks import make_divisible
from convflow.slim.nets.mobilenet.strides import Strides, checked_rank, fixed_padding


@add_arg_scope
def apply_activation(x: Any, name: str | None = None, activation_fn: Callable[..., Any] | None = None) -> Any:
    """What `activation_fn`, that a scope may set, makes of `x`."""
    return activation_fn(x, name=name) if activation_fn else x


@add_arg_scope
def depth_multiplier(
    output_params: dict[str, Any], multiplier: float, divisible_by: int = 8, min_depth: int = 8, **unused_kwargs: Any
) -> None:
    """Multiply the "num_outputs" of a layer's arguments.

    Args:
        output_params: the arguments, changed in place.
        multiplier: what the number is multiplied by.
        divisible_by: what the result is a multiple of.
        min_depth: what it is at least.
    """
    if "num_outputs" in output_params:
        output_params["num_outputs"] = make_divisible(
            output_params["num_outputs"] * multiplier, divisible_by, min_depth
        )


class Layer(NamedTuple):
    """A layer of a table: a function, its arguments, and what multiplies its depth."""

    op: Callable[..., Any]
    params: dict[str, Any]
    multiplier_func: Callable[..., None]


def op(opfunc: Callable[..., Any], multiplier_func: Callable[..., None] = depth_multiplier, **params: Any) -> Layer:
    """A layer of a table.

    Args:
        opfunc: a function such as `slim.conv2d` or `conv_blocks.expanded_conv`.
        multiplier_func: changes the arguments for a multiplier; `multiplier_transform` is the same.
        params: the arguments after the input.
    """
    multiplier = params.pop("multiplier_transform", multiplier_func)
    return Layer(opfunc, params, multiplier)


def safe_arg_scope(funcs: Any, **kwargs: Any) -> AbstractContextManager[Any]:
    """`slim.arg_scope` without the arguments that are None."""
    given = {name: value for name, value in kwargs.items() if value is not None}
    return arg_scope(funcs, **given) if given else nullcontext()


@contextmanager
def _tables(*tables: dict[Any, dict[str, Any]]) -> Iterator[None]:
    with ExitStack() as stack:
        for table in tables:
            for functions, arguments in table.items():
                stack.enter_context(arg_scope(functions, **arguments))
        yield


@add_arg_scope
def mobilenet_base(
    inputs: Any,
    conv_defs: dict[str, Any],
    multiplier: float = 1.0,
    final_endpoint: str | None = None,
    output_stride: int | None = None,
    use_explicit_padding: bool = False,
    scope: Any = None,
    is_training: Any = False,
) -> Result:
    """The layers of a table, one after the other.

    Args:
        inputs: pictures, shape (batch, height, width, channels).
        conv_defs: the table.
        multiplier: what the numbers of filters are multiplied by.
        final_endpoint: the layer to stop after, such as "layer_18"; None for all.
        output_stride: how much smaller than the pictures the output is at most: 1 or an even number; beyond it
            filters are widened (atrous) instead of stepping.
        use_explicit_padding: pad by what the filters need rather than by what the picture's size needs.
        scope: the name of the variable scope.
        is_training: whether batch statistics are used and followed; None to leave that to other scopes. Better left
            to `training_scope`.

    Returns:
        The output of that layer; and {"layer_N": its output}, beside tensors of blocks such as
        "layer_N/expansion_output".

    Raises:
        ValueError: a multiplier that is not positive, another `output_stride`, or no such layer.
    """
    _check_base(multiplier, output_stride, final_endpoint, len(conv_defs["spec"]))
    overrides = dict(conv_defs.get("overrides", {}))
    if use_explicit_padding:
        overrides[(convolution2d, separable_convolution2d)] = {"padding": "VALID"}
    opened: VariableScope
    with (
        variable_scope(scope, default_name="Mobilenet") as opened,
        name_scope(opened.original_name_scope),
        safe_arg_scope([batch_norm], is_training=is_training),
        _tables(conv_defs.get("defaults", {}), overrides),
    ):
        return _layers(inputs, conv_defs["spec"], multiplier, final_endpoint, output_stride, use_explicit_padding)


def _check_base(multiplier: float, output_stride: int | None, final_endpoint: str | None, layers: int) -> None:
    if multiplier <= 0:
        raise ValueError(f"multiplier is not greater than zero: {multiplier}. 1.0 is the whole network.")
    if output_stride is not None and (output_stride <= 0 or (output_stride > 1 and output_stride % 2)):
        raise ValueError(
            f"Output stride must be None, 1 or a multiple of 2, got {output_stride}. 8, 16 and 32 are usual."
        )
    if final_endpoint is not None and final_endpoint not in {f"layer_{number + 1}" for number in range(layers)}:
        raise ValueError(f"Unknown final endpoint {final_endpoint}. Choose one of layer_1 to layer_{layers}.")


def _layers(
    net: Any,
    spec: list[Layer],
    multiplier: float,
    final_endpoint: str | None,
    output_stride: int | None,
    explicit_padding: bool,
) -> Result:
    strides = Strides(output_stride)
    ends: dict[str, Any] = {}
    scopes: dict[str, str] = {}
    for number, layer in enumerate(spec, 1):
        params = dict(layer.params)
        layer.multiplier_func(params, multiplier)
        params["stride"], rate = strides.of_layer(params.get("stride", 1))
        # A single place needs no widening.
        if rate > 1 and tuple(params.get("kernel_size", [])) != (1, 1):
            params["rate"] = rate
        if explicit_padding and "kernel_size" in params:
            net = fixed_padding(net, params["kernel_size"], rate)
        elif explicit_padding:
            params["use_explicit_padding"] = True
        name = f"layer_{number}"
        net = ends[name] = _made(layer, net, params, name)
        scopes[net.op.name.rpartition("/")[0]] = name
        if name == final_endpoint:
            break
    for operation in net.graph.get_operations():
        scope, _, short = operation.name.rpartition("/")
        if scope in scopes and short.endswith("output"):
            ends[f"{scopes[scope]}/{short}"] = operation.outputs[0]
    return net, ends


def _made(layer: Layer, net: Any, params: dict[str, Any], name: str) -> Any:
    try:
        return layer.op(net, **params)
    except Exception as reason:
        reason.add_note(f"{name} of the table: {getattr(layer.op, '__name__', layer.op)} with {params}.")
        raise


@add_arg_scope
def mobilenet(
    inputs: Any,
    num_classes: int | None = 1001,
    prediction_fn: Callable[..., Any] | None = softmax,
    reuse: Any = None,
    scope: Any = "Mobilenet",
    base_only: bool = False,
    **mobilenet_args: Any,
) -> Result:
    """A network for classification; for training, within `training_scope`.

    Args:
        inputs: pictures, shape (batch, height, width, channels).
        num_classes: how many classes; 0 or None for the pooled features.
        prediction_fn: a function of the logits and a scope that gives the end point "Predictions"; None for none.
        reuse: whether to share the variables of the network of the same `scope`.
        scope: the name of the variable scope.
        base_only: whether to stop before pooling and logits.
        mobilenet_args: arguments of `mobilenet_base`.

    Returns:
        The logits, shape (batch, classes), and {name of a layer: its output}.

    Raises:
        ValueError: inputs without four axes, or what `mobilenet_base` refuses.
    """
    is_training = mobilenet_args.get("is_training", False)
    checked_rank(inputs)
    opened: VariableScope
    with variable_scope(scope, "Mobilenet", reuse=reuse) as opened:
        net, end_points = mobilenet_base(identity(inputs, "input"), scope=opened, **mobilenet_args)
        if base_only:
            return net, end_points
        net = identity(net, name="embedding")
        with variable_scope("Logits"):
            net = end_points["global_pool"] = global_pool(net)
            if not num_classes:
                return net, end_points
            # Where nobody says, nothing is dropped.
            net = dropout(net, scope="Dropout", is_training=False if is_training is None else is_training)
            logits = convolution2d(
                net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None, biases_initializer=Zeros(),
                scope="Conv2d_1c_1x1",
            )  # fmt: skip
            logits = identity(squeeze(logits, [1, 2]), name="output")
        end_points["Logits"] = logits
        if prediction_fn:
            end_points["Predictions"] = prediction_fn(logits, "Predictions")
    return logits, end_points


def global_pool(input_tensor: Any, pool_op: Callable[..., Any] = avg_pool) -> Any:
    """All places pooled to one.

    Args:
        input_tensor: shape (batch, height, width, channels); height and width may be unknown.
        pool_op: `tf.nn.avg_pool` or one with its arguments; for pictures of unknown size it must take a tensor for
            its window.
    """
    _, height, width, _ = input_tensor.get_shape().as_list()
    window: Any = [1, height, width, 1]
    if height is None or width is None:
        if pool_op is avg_pool:
            # Its window is an attribute of the node, which cannot wait for the run.
            return averaged(input_tensor)
        window = convert_to_tensor([1, shape_of(input_tensor)[1], shape_of(input_tensor)[2], 1])
    output = pool_op(input_tensor, ksize=window, strides=[1, 1, 1, 1], padding="VALID")
    output.set_shape([None, 1, 1, None])
    return output


def training_scope(
    is_training: Any = True,
    weight_decay: float = 0.00004,
    stddev: float = 0.09,
    dropout_keep_prob: float | None = 0.8,
    bn_decay: float | None = 0.997,
) -> dict[str, dict[str, Any]]:
    """The defaults for training, for `slim.arg_scope`; without it a network is built for answers only.

    Args:
        is_training: False sets everything to answers; None leaves batch statistics to other scopes.
        weight_decay: how strongly the weights of convolutions are regularized by their squares.
        stddev: of the truncated normal that the weights begin with; Xavier's initializer if negative.
        dropout_keep_prob: how probable it is that a value stays; None to leave that to other scopes.
        bn_decay: of the moving averages; None to leave that to other scopes.
    """
    initializer = xavier_initializer() if stddev < 0 else TruncatedNormal(stddev=stddev)
    with (
        arg_scope(
            [convolution2d, fully_connected, separable_convolution2d], weights_initializer=initializer,
            normalizer_fn=batch_norm,
        ),
        arg_scope([mobilenet_base, mobilenet], is_training=is_training),
        safe_arg_scope([batch_norm], decay=bn_decay, is_training=is_training),
        safe_arg_scope([dropout], is_training=is_training, keep_prob=dropout_keep_prob),
        arg_scope([convolution2d], weights_regularizer=l2_regularizer(weight_decay)),
        arg_scope([separable_convolution2d], weights_regularizer=None) as defaults,
    ):  # fmt: skip
        return defaults
