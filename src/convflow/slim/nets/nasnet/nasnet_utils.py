"""The cells of NASNet (`nets.nasnet.nasnet_utils` of the research models). Zoph et al. 2017, arXiv:1707.07012.

A cell takes the outputs of the two cells before it. Five times, two of what it has are each put through an operation
and added; what no other step used is joined.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convflow.core import dtypes
from convflow.modeling.variables.scope import variable_scope
from convflow.ops.array.concat import concat
from convflow.ops.math.arithmetic import minimum
from convflow.ops.math.cast import cast
from convflow.slim.arg_scope import add_arg_scope
from convflow.slim.layers.batch_norm import batch_norm
from convflow.slim.layers.conv import convolution2d
from convflow.slim.nets.nasnet.operations import activation, apply_operation
from convflow.slim.nets.nasnet.parts import DATA_FORMAT_NCHW as DATA_FORMAT_NCHW
from convflow.slim.nets.nasnet.parts import DATA_FORMAT_NHWC as DATA_FORMAT_NHWC
from convflow.slim.nets.nasnet.parts import INVALID as INVALID
from convflow.slim.nets.nasnet.parts import calc_reduction_layers as calc_reduction_layers
from convflow.slim.nets.nasnet.parts import (
    drop_path,
    factorized_reduction,
    get_channel_dim,
    get_channel_index,
    known_size,
)
from convflow.slim.nets.nasnet.parts import global_avg_pool as global_avg_pool
from convflow.training.global_step import get_or_create_global_step
from convflow.training.summaries import scalar

_STEPS = 5


class NasNetABaseCell:
    """A cell by its parts; called, it is a layer.

    Args:
        num_conv_filters: how many filters operations have in cells before the first reduction.
        operations: two names for each of the five steps, see `operations.apply_operation`.
        used_hiddenstates: for the two inputs and the five sums, whether the cell itself uses it; the others are its
            output.
        hiddenstate_indices: which of these each operation takes, two for each step.
        drop_path_keep_prob: how likely an operation's result is kept, in the last cell and at the end of training.
        total_num_cells: of the network; earlier cells drop less.
        total_training_steps: until which dropping grows.
        use_bounded_activation: whether Relu6 and bounded sums are used.
    """

    def __init__(
        self,
        num_conv_filters: int,
        operations: Sequence[str],
        used_hiddenstates: Sequence[int],
        hiddenstate_indices: Sequence[int],
        drop_path_keep_prob: float,
        total_num_cells: int,
        total_training_steps: int,
        use_bounded_activation: bool = False,
    ) -> None:
        self._num_conv_filters = num_conv_filters
        self._operations = operations
        self._used_hiddenstates = used_hiddenstates
        self._hiddenstate_indices = hiddenstate_indices
        self._drop_path_keep_prob = drop_path_keep_prob
        self._total_num_cells = total_num_cells
        self._total_training_steps = total_training_steps
        self._use_bounded_activation = use_bounded_activation
        self._activation = activation(use_bounded_activation)
        self._filter_size = num_conv_filters
        self._cell_num = -1

    def __call__(
        self,
        net: Any,
        scope: Any = None,
        filter_scaling: float = 1,
        stride: int = 1,
        prev_layer: Any = None,
        cell_num: int = -1,
        current_step: Any = None,
    ) -> Any:
        """The cell's output.

        Args:
            net: the output of the cell before.
            scope: the name of the variable scope.
            filter_scaling: what the number of filters is multiplied by.
            stride: 2 for half the size.
            prev_layer: the output of the cell before that; `net` where there is none.
            cell_num: the cell's number in the network, for `drop_path_keep_prob`.
            current_step: the step of the training; the global step by default.
        """
        self._cell_num, self._filter_size = cell_num, int(self._num_conv_filters * filter_scaling)
        with variable_scope(scope):
            states = self._inputs(net, prev_layer)
            for step in range(_STEPS):
                with variable_scope(f"comb_iter_{step}"):
                    states.append(self._combined(states, step, stride, current_step))
            with variable_scope("cell_output"):
                return self._joined(states)

    def _inputs(self, net: Any, prev_layer: Any) -> list[Any]:
        previous = net if prev_layer is None else self._fitted(prev_layer, net)
        net = convolution2d(self._activation(net), self._filter_size, 1, scope="1x1")
        return [batch_norm(net, scope="beginning_bn"), previous]

    def _fitted(self, previous: Any, net: Any) -> Any:
        """The output of the cell before the last, in the size and with the channels of this one."""
        if known_size(net.shape, 2) != known_size(previous.shape, 2):
            return factorized_reduction(self._activation(previous), self._filter_size, stride=2)
        if get_channel_dim(previous.shape) == self._filter_size:
            return previous
        previous = convolution2d(self._activation(previous), self._filter_size, 1, scope="prev_1x1")
        return batch_norm(previous, scope="prev_bn")

    def _combined(self, states: list[Any], step: int, stride: int, current_step: Any) -> Any:
        sides = []
        for side, name in enumerate(("left", "right")):
            source = self._hiddenstate_indices[2 * step + side]
            # Only the two inputs are still of the full size.
            own_stride = stride if source < 2 else 1
            with variable_scope(name):
                sides.append(
                    self._operated(states[source], self._operations[2 * step + side], own_stride, current_step)
                )
        with variable_scope("combine"):
            total = sides[0] + sides[1]
            return self._activation(total) if self._use_bounded_activation else total

    def _operated(self, net: Any, operation: str, stride: int, current_step: Any) -> Any:
        net = apply_operation(net, operation, self._filter_size, stride, self._use_bounded_activation)
        return net if operation == "none" else self._apply_drop_path(net, current_step=current_step)

    def _joined(self, states: list[Any]) -> Any:
        """What the cell itself does not use, in the size and with the channels of the last sum."""
        width, channels = known_size(states[-1].shape, 2), get_channel_dim(states[-1].shape)
        parts = []
        for number, (state, used) in enumerate(zip(states, self._used_hiddenstates, strict=True)):
            if used:
                continue
            narrower = known_size(state.shape, 2) != width
            if narrower or get_channel_dim(state.shape) != channels:
                with variable_scope(f"reduction_{number}"):
                    state = factorized_reduction(state, channels, 2 if narrower else 1)
            parts.append(state)
        return concat(parts, axis=get_channel_index())

    @add_arg_scope
    def _apply_drop_path(
        self, net: Any, current_step: Any = None, use_summaries: bool = False, drop_connect_version: str = "v3"
    ) -> Any:
        """`drop_path`, the likelier the later the cell (v2), the later the step (v1), or both (v3)."""
        keep = self._drop_path_keep_prob
        if keep >= 1.0:
            return net
        if drop_connect_version not in ("v1", "v2", "v3"):
            raise ValueError(f"drop_connect_version must be v1, v2 or v3, got {drop_connect_version!r}.")
        if drop_connect_version != "v1":
            keep = self._kept_by_cell(keep, use_summaries)
        if drop_connect_version != "v2":
            keep = self._kept_by_step(keep, current_step, use_summaries)
        if use_summaries:
            scalar("drop_path_keep_prob", keep)
        return drop_path(net, keep)

    def _kept_by_cell(self, keep: Any, use_summaries: bool) -> Any:
        if self._cell_num == -1:
            raise ValueError("A cell that drops paths must know its place: give cell_num, from 0 on.")
        ratio = (self._cell_num + 1) / float(self._total_num_cells)
        if use_summaries:
            scalar("layer_ratio", ratio)
        return 1 - ratio * (1 - keep)

    def _kept_by_step(self, keep: Any, current_step: Any, use_summaries: bool) -> Any:
        step = get_or_create_global_step() if current_step is None else current_step
        ratio: Any = minimum(1.0, cast(step, dtypes.float32) / self._total_training_steps)
        if use_summaries:
            scalar("current_ratio", ratio)
        return 1 - ratio * (1 - keep)


class NasNetANormalCell(NasNetABaseCell):
    """The cell of NASNet-A that keeps the size.

    Args:
        num_conv_filters, drop_path_keep_prob, total_num_cells, total_training_steps, use_bounded_activation: as for
            `NasNetABaseCell`.
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
            "separable_5x5_2", "separable_3x3_2", "separable_5x5_2", "separable_3x3_2", "avg_pool_3x3", "none",
            "avg_pool_3x3", "avg_pool_3x3", "separable_3x3_2", "none",
        ]  # fmt: skip
        super().__init__(
            num_conv_filters, operations, [1, 0, 0, 0, 0, 0, 0], [0, 1, 1, 1, 0, 1, 1, 1, 0, 0],
            drop_path_keep_prob, total_num_cells, total_training_steps, use_bounded_activation,
        )  # fmt: skip


class NasNetAReductionCell(NasNetABaseCell):
    """The cell of NASNet-A that halves the size.

    Args:
        num_conv_filters, drop_path_keep_prob, total_num_cells, total_training_steps, use_bounded_activation: as for
            `NasNetABaseCell`.
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
            "separable_5x5_2", "separable_7x7_2", "max_pool_3x3", "separable_7x7_2", "avg_pool_3x3", "separable_5x5_2",
            "none", "avg_pool_3x3", "separable_3x3_2", "max_pool_3x3",
        ]  # fmt: skip
        super().__init__(
            num_conv_filters, operations, [1, 1, 1, 0, 0, 0, 0], [0, 1, 0, 1, 0, 1, 3, 2, 2, 0],
            drop_path_keep_prob, total_num_cells, total_training_steps, use_bounded_activation,
        )  # fmt: skip
