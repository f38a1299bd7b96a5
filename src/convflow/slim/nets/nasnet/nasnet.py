"""NASNet-A (`nets.nasnet.nasnet` of the research models). Zoph et al. 2017, arXiv:1707.07012."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Any

from convflow.slim.nets.nasnet import nasnet_utils, network
from convflow.slim.nets.nasnet.network import Scope, Stage
from convflow.training.hparams import HParams

Result = tuple[Any, dict[str, Any]]


def _config(**changed: Any) -> HParams:
    shared = {
        "use_aux_head": 1, "filter_scaling_rate": 2.0, "num_reduction_layers": 2, "data_format": "NHWC",
        "total_training_steps": 250_000, "use_bounded_activation": False,
    }  # fmt: skip
    return HParams(**{**shared, **changed})


def cifar_config() -> HParams:
    """The hyperparameters of the network for CIFAR-10: 18 cells, 32 filters.

    Returns:
        `tf.contrib.training.HParams`; published with a batch of 32, learning rates from 0.025 on that fall as a
        cosine, the auxiliary loss times 0.4, and gradients of a norm up to 5.
    """
    return _config(
        stem_multiplier=3.0, drop_path_keep_prob=0.6, num_cells=18, num_conv_filters=32, dense_dropout_keep_prob=1.0,
        skip_reduction_layer_input=0, total_training_steps=937_500,
    )  # fmt: skip


def large_imagenet_config() -> HParams:
    """The hyperparameters of the large network for ImageNet: 18 cells, 168 filters.

    Returns:
        `tf.contrib.training.HParams`.
    """
    return _config(
        stem_multiplier=3.0, dense_dropout_keep_prob=0.5, num_cells=18, num_conv_filters=168, drop_path_keep_prob=0.7,
        skip_reduction_layer_input=1,
    )  # fmt: skip


def mobile_imagenet_config() -> HParams:
    """The hyperparameters of the small network for ImageNet: 12 cells, 44 filters.

    Returns:
        `tf.contrib.training.HParams`.
    """
    return _config(
        stem_multiplier=1.0, dense_dropout_keep_prob=0.5, num_cells=12, num_conv_filters=44, drop_path_keep_prob=1.0,
        skip_reduction_layer_input=0,
    )  # fmt: skip


def nasnet_cifar_arg_scope(
    weight_decay: float = 5e-4, batch_norm_decay: float = 0.9, batch_norm_epsilon: float = 1e-5
) -> Scope:
    """The defaults of the network for CIFAR-10.

    Args:
        weight_decay: how strongly weights are regularized by their squares.
        batch_norm_decay: how much of the moving averages stays at each step.
        batch_norm_epsilon: added to variances.

    Returns:
        an `arg_scope`.
    """
    return network.nasnet_scope(weight_decay, batch_norm_decay, batch_norm_epsilon)


def nasnet_mobile_arg_scope(
    weight_decay: float = 4e-5, batch_norm_decay: float = 0.9997, batch_norm_epsilon: float = 1e-3
) -> Scope:
    """The defaults of the small network for ImageNet.

    Args:
        weight_decay: how strongly weights are regularized by their squares.
        batch_norm_decay: how much of the moving averages stays at each step.
        batch_norm_epsilon: added to variances.

    Returns:
        an `arg_scope`.
    """
    return network.nasnet_scope(weight_decay, batch_norm_decay, batch_norm_epsilon)


def nasnet_large_arg_scope(
    weight_decay: float = 5e-5, batch_norm_decay: float = 0.9997, batch_norm_epsilon: float = 1e-3
) -> Scope:
    """The defaults of the large network for ImageNet.

    Args:
        weight_decay: how strongly weights are regularized by their squares.
        batch_norm_decay: how much of the moving averages stays at each step.
        batch_norm_epsilon: added to variances.

    Returns:
        an `arg_scope`.
    """
    return network.nasnet_scope(weight_decay, batch_norm_decay, batch_norm_epsilon)


def build_nasnet_cifar(
    images: Any,
    num_classes: int | None,
    is_training: bool = True,
    config: HParams | None = None,
    current_step: Any = None,
) -> Result:
    """NASNet-A for CIFAR-10, within `nasnet_cifar_arg_scope`.

    Args:
        images: shape (batch, height, width, channels) of known size; 32 x 32 as published.
        num_classes: how many classes; None or 0 for the means over all places.
        is_training: whether batch statistics are used, paths dropped, and auxiliary logits made.
        config: the hyperparameters; `cifar_config()` by default.
        current_step: of the training; the global step by default.

    Returns:
        the logits and the end points: "Stem", "Cell_0" ..., "Reduction_Cell_0" ..., "AuxLogits", "global_pool",
        "Logits", "Predictions".

    Raises:
        ValueError: pictures of unknown size.
    """
    hparams = network.settings(config, cifar_config, is_training)
    return _built(images, num_classes, is_training, hparams, None, current_step, stem_cells=0)


build_nasnet_cifar.default_image_size = 32  # type: ignore[attr-defined]


def build_nasnet_mobile(
    images: Any,
    num_classes: int | None,
    is_training: bool = True,
    final_endpoint: str | None = None,
    config: HParams | None = None,
    current_step: Any = None,
) -> Result:
    """The small NASNet-A for ImageNet, within `nasnet_mobile_arg_scope`.

    Args:
        images: shape (batch, height, width, channels) of known size; 224 x 224 as published.
        num_classes: how many classes; None or 0 for the means over all places.
        is_training: whether batch statistics are used, paths dropped, and auxiliary logits made.
        final_endpoint: where to stop; None for the logits.
        config: the hyperparameters; `mobile_imagenet_config()` by default.
        current_step: of the training; the global step by default.

    Returns:
        the logits, or the output of `final_endpoint`, and the end points until then.

    Raises:
        ValueError: pictures of unknown size, or no such end point.
    """
    hparams = network.settings(config, mobile_imagenet_config, is_training)
    return _built(images, num_classes, is_training, hparams, final_endpoint, current_step, stem_cells=2)


build_nasnet_mobile.default_image_size = 224  # type: ignore[attr-defined]


def build_nasnet_large(
    images: Any,
    num_classes: int | None,
    is_training: bool = True,
    final_endpoint: str | None = None,
    config: HParams | None = None,
    current_step: Any = None,
) -> Result:
    """The large NASNet-A for ImageNet, within `nasnet_large_arg_scope`.

    Args:
        images: shape (batch, height, width, channels) of known size; 331 x 331 as published.
        num_classes: how many classes; None or 0 for the means over all places.
        is_training: whether batch statistics are used, paths dropped, and auxiliary logits made.
        final_endpoint: where to stop; None for the logits.
        config: the hyperparameters; `large_imagenet_config()` by default.
        current_step: of the training; the global step by default.

    Returns:
        the logits, or the output of `final_endpoint`, and the end points until then.

    Raises:
        ValueError: pictures of unknown size, or no such end point.
    """
    hparams = network.settings(config, large_imagenet_config, is_training)
    return _built(images, num_classes, is_training, hparams, final_endpoint, current_step, stem_cells=2)


build_nasnet_large.default_image_size = 331  # type: ignore[attr-defined]


def _built(
    images: Any,
    num_classes: int | None,
    is_training: bool,
    hparams: HParams,
    final_endpoint: str | None,
    current_step: Any,
    stem_cells: int,
) -> Result:
    # Beside the normal cells there are two reductions.
    cells = hparams.num_cells + 2 + stem_cells
    made_by = (
        hparams.num_conv_filters, hparams.drop_path_keep_prob, cells, hparams.total_training_steps,
        hparams.use_bounded_activation,
    )  # fmt: skip
    normal = nasnet_utils.NasNetANormalCell(*made_by)
    reduction = nasnet_utils.NasNetAReductionCell(*made_by)
    with_aux = bool(hparams.use_aux_head and num_classes and is_training)

    def stages(pictures: Any, end_points: dict[str, Any]) -> Generator[Stage]:
        stem = (
            network.imagenet_stem(pictures, hparams, reduction) if stem_cells else network.cifar_stem(pictures, hparams)
        )
        yield Stage("Stem", stem[0], stem[0])
        net = stem[0]
        for stage in _cells(stem, hparams, normal, reduction, stem_cells, current_step):
            net = stage.output
            yield stage
            cell = network.aux_cell(nasnet_utils.calc_reduction_layers(hparams.num_cells, hparams.num_reduction_layers))
            if with_aux and num_classes and stage.name == f"Cell_{cell}":
                end_points["AuxLogits"] = network.aux_head(net, num_classes, hparams, f"aux_{cell}")
        yield from network.final_stages(net, num_classes, hparams)

    return network.network(images, hparams, is_training, stages, final_endpoint)


def _cells(
    stem: network.Stem,
    hparams: HParams,
    normal: Callable[..., Any],
    reduction: Callable[..., Any],
    first: int,
    current_step: Any,
) -> Iterator[Stage]:
    net, outputs = stem
    reductions = nasnet_utils.calc_reduction_layers(hparams.num_cells, hparams.num_reduction_layers)
    scaling, number = 1.0, first
    for cell in range(hparams.num_cells):
        before = outputs[-2]
        if cell in reductions:
            place = reductions.index(cell)
            scaling *= hparams.filter_scaling_rate
            net = reduction(
                net, scope=f"reduction_cell_{place}", filter_scaling=scaling, stride=2, prev_layer=outputs[-2],
                cell_num=number, current_step=current_step,
            )  # fmt: skip
            yield Stage(f"Reduction_Cell_{place}", net, net)
            number += 1
            outputs.append(net)
        if not hparams.skip_reduction_layer_input:
            before = outputs[-2]
        net = normal(
            net, scope=f"cell_{cell}", filter_scaling=scaling, stride=1, prev_layer=before, cell_num=number,
            current_step=current_step,
        )  # fmt: skip
        yield Stage(f"Cell_{cell}", net, net)
        number += 1
        outputs.append(net)
