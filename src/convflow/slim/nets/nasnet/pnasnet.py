"""PNASNet-5 (`nets.nasnet.pnasnet` of the research models). Liu et al. 2017, arXiv:1712.00559."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from convflow.slim.nets.nasnet import nasnet, nasnet_utils, network
from convflow.slim.nets.nasnet.network import Scope, Stage
from convflow.training.hparams import HParams

Result = tuple[Any, dict[str, Any]]


def _config(**changed: Any) -> HParams:
    shared = {
        "dense_dropout_keep_prob": 0.5, "filter_scaling_rate": 2.0, "use_aux_head": 1, "num_reduction_layers": 2,
        "data_format": "NHWC", "skip_reduction_layer_input": 1, "total_training_steps": 250_000,
        "use_bounded_activation": False,
    }  # fmt: skip
    return HParams(**{**shared, **changed})


def large_imagenet_config() -> HParams:
    """The hyperparameters of the large network for ImageNet: 12 cells, 216 filters.

    Returns:
        `tf.contrib.training.HParams`.
    """
    return _config(stem_multiplier=3.0, num_cells=12, num_conv_filters=216, drop_path_keep_prob=0.6)


def mobile_imagenet_config() -> HParams:
    """The hyperparameters of the small network for ImageNet: 9 cells, 54 filters.

    Returns:
        `tf.contrib.training.HParams`.
    """
    return _config(stem_multiplier=1.0, num_cells=9, num_conv_filters=54, drop_path_keep_prob=1.0)


def pnasnet_large_arg_scope(
    weight_decay: float = 4e-5, batch_norm_decay: float = 0.9997, batch_norm_epsilon: float = 0.001
) -> Scope:
    """The defaults of the large network.

    Args:
        weight_decay: how strongly weights are regularized by their squares.
        batch_norm_decay: how much of the moving averages stays at each step.
        batch_norm_epsilon: added to variances.

    Returns:
        an `arg_scope`.
    """
    return nasnet.nasnet_large_arg_scope(weight_decay, batch_norm_decay, batch_norm_epsilon)


def pnasnet_mobile_arg_scope(
    weight_decay: float = 4e-5, batch_norm_decay: float = 0.9997, batch_norm_epsilon: float = 0.001
) -> Scope:
    """The defaults of the small network.

    Args:
        weight_decay: how strongly weights are regularized by their squares.
        batch_norm_decay: how much of the moving averages stays at each step.
        batch_norm_epsilon: added to variances.

    Returns:
        an `arg_scope`.
    """
    return nasnet.nasnet_mobile_arg_scope(weight_decay, batch_norm_decay, batch_norm_epsilon)


def build_pnasnet_large(
    images: Any,
    num_classes: int | None,
    is_training: bool = True,
    final_endpoint: str | None = None,
    config: HParams | None = None,
) -> Result:
    """The large PNASNet-5 for ImageNet, within `pnasnet_large_arg_scope`.

    Args:
        images: shape (batch, height, width, channels) of known size; 331 x 331 as published.
        num_classes: how many classes; None or 0 for the means over all places.
        is_training: whether batch statistics are used, paths dropped, and auxiliary logits made.
        final_endpoint: where to stop; None for the logits.
        config: the hyperparameters; `large_imagenet_config()` by default.

    Returns:
        the logits, or the output of `final_endpoint`, and the end points until then: "Stem", "Cell_0" ...,
        "AuxLogits", "global_pool", "Logits", "Predictions".

    Raises:
        ValueError: pictures of unknown size, or no such end point.
    """
    hparams = network.settings(config, large_imagenet_config, is_training)
    return _built(images, num_classes, is_training, hparams, final_endpoint)


build_pnasnet_large.default_image_size = 331  # type: ignore[attr-defined]


def build_pnasnet_mobile(
    images: Any,
    num_classes: int | None,
    is_training: bool = True,
    final_endpoint: str | None = None,
    config: HParams | None = None,
) -> Result:
    """The small PNASNet-5 for ImageNet, within `pnasnet_mobile_arg_scope`.

    Args:
        images: shape (batch, height, width, channels) of known size; 224 x 224 as published.
        num_classes: how many classes; None or 0 for the means over all places.
        is_training: whether batch statistics are used, paths dropped, and auxiliary logits made.
        final_endpoint: where to stop; None for the logits.
        config: the hyperparameters; `mobile_imagenet_config()` by default.

    Returns:
        the logits, or the output of `final_endpoint`, and the end points until then.

    Raises:
        ValueError: pictures of unknown size, or no such end point.
    """
    hparams = network.settings(config, mobile_imagenet_config, is_training)
    return _built(images, num_classes, is_training, hparams, final_endpoint)


build_pnasnet_mobile.default_image_size = 224  # type: ignore[attr-defined]


class PNasNetNormalCell(nasnet_utils.NasNetABaseCell):
    """The one cell of PNASNet-5, with a stride of 1 or 2.

    Args:
        num_conv_filters, drop_path_keep_prob, total_num_cells, total_training_steps, use_bounded_activation: as for
            `nasnet_utils.NasNetABaseCell`.
    """

    def __init__(
        self,
        num_conv_filters: int,
        drop_path_keep_prob: float,
        total_num_cells: int,
        total_training_steps: int,
        use_bounded_activation: bool = False,
    ) -> None:
        operations = [
            "separable_5x5_2", "max_pool_3x3", "separable_7x7_2", "max_pool_3x3", "separable_5x5_2", "separable_3x3_2",
            "separable_3x3_2", "max_pool_3x3", "separable_3x3_2", "none",
        ]  # fmt: skip
        super().__init__(
            num_conv_filters, operations, [1, 1, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0, 4, 0, 1, 0],
            drop_path_keep_prob, total_num_cells, total_training_steps, use_bounded_activation,
        )  # fmt: skip


def _built(
    images: Any, num_classes: int | None, is_training: bool, hparams: HParams, final_endpoint: str | None
) -> Result:
    # The two cells of the stem count, too.
    cell = PNasNetNormalCell(
        hparams.num_conv_filters, hparams.drop_path_keep_prob, hparams.num_cells + 2, hparams.total_training_steps,
        hparams.use_bounded_activation,
    )  # fmt: skip
    reductions = nasnet_utils.calc_reduction_layers(hparams.num_cells, hparams.num_reduction_layers)
    with_aux = bool(hparams.use_aux_head and num_classes and is_training)

    def stages(pictures: Any, end_points: dict[str, Any]) -> Generator[Stage]:
        net, outputs = network.imagenet_stem(pictures, hparams, cell)
        yield Stage("Stem", net, net)
        scaling, before = 1.0, None
        for number in range(hparams.num_cells):
            halved = number in reductions
            scaling *= hparams.filter_scaling_rate if halved else 1.0
            if hparams.skip_reduction_layer_input or not halved:
                before = outputs[-2]
            net = cell(
                net, scope=f"cell_{number}", filter_scaling=scaling, stride=2 if halved else 1, prev_layer=before,
                cell_num=number + 2,
            )  # fmt: skip
            yield Stage(f"Cell_{number}", net, net)
            outputs.append(net)
            if with_aux and num_classes and number == network.aux_cell(reductions):
                end_points["AuxLogits"] = network.aux_head(net, num_classes, hparams, f"aux_{number}")
        yield from network.final_stages(net, num_classes, hparams)

    return network.network(images, hparams, is_training, stages, final_endpoint)
