"""tensorflow.python.ops.array_ops"""

from convflow.ops.array.batch_gather import batch_gather, gather_nd
from convflow.ops.array.bitcast import bitcast
from convflow.ops.array.broadcast import broadcast_dynamic_shape, broadcast_static_shape
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import constant, fill, ones, ones_like, zeros, zeros_like
from convflow.ops.array.depth import depth_to_space, space_to_depth
from convflow.ops.array.diag import diag, diag_part, matrix_band_part
from convflow.ops.array.diag import diag_part as tensor_diag_part
from convflow.ops.array.gather import gather
from convflow.ops.array.gather_nd import scatter_nd
from convflow.ops.array.grid import meshgrid, sequence_mask
from convflow.ops.array.identity import identity, stop_gradient
from convflow.ops.array.list_diff import setdiff1d
from convflow.ops.array.matrix_diag import matrix_diag, matrix_diag_part, matrix_set_diag
from convflow.ops.array.one_hot import one_hot
from convflow.ops.array.pad import pad
from convflow.ops.array.parallel import parallel_stack
from convflow.ops.array.partition import unravel_index
from convflow.ops.array.passing import ensure_shape, guarantee_const, identity_n
from convflow.ops.array.patches import extract_image_patches, extract_volume_patches
from convflow.ops.array.placeholder import placeholder, placeholder_with_default
from convflow.ops.array.repeat import repeat
from convflow.ops.array.reshape import expand_dims, reshape, squeeze
from convflow.ops.array.reverse import reverse
from convflow.ops.array.reverse import reverse as reverse_v2
from convflow.ops.array.roll import reverse_sequence
from convflow.ops.array.shape_ops import rank, shape, shape_n, size
from convflow.ops.array.slice import slice_ as slice
from convflow.ops.array.sort import searchsorted
from convflow.ops.array.split import split
from convflow.ops.array.stack import stack, unstack
from convflow.ops.array.strided_slice import boolean_mask, strided_slice
from convflow.ops.array.tensor_scatter import tensor_scatter_nd_add as tensor_scatter_add
from convflow.ops.array.tensor_scatter import tensor_scatter_nd_max as tensor_scatter_max
from convflow.ops.array.tensor_scatter import tensor_scatter_nd_min as tensor_scatter_min
from convflow.ops.array.tensor_scatter import tensor_scatter_nd_sub as tensor_scatter_sub
from convflow.ops.array.tensor_scatter import tensor_scatter_nd_update
from convflow.ops.array.tensor_scatter import tensor_scatter_nd_update as tensor_scatter_update
from convflow.ops.array.tile import broadcast_to, tile
from convflow.ops.array.transpose import invert_permutation, matrix_transpose, transpose
from convflow.ops.array.unique import unique, unique_with_counts
from convflow.ops.fake_quant import (
    fake_quant_with_min_max_args,
    fake_quant_with_min_max_args_gradient,
    fake_quant_with_min_max_vars,
    fake_quant_with_min_max_vars_gradient,
    fake_quant_with_min_max_vars_per_channel,
    fake_quant_with_min_max_vars_per_channel_gradient,
)
from convflow.ops.math.select import where, where_v2
from convflow.ops.numerics import check_numerics
from convflow.ops.quantize import dequantize, quantize, quantize_v2
from convflow.ops.space_to_batch import (
    batch_to_space,
    batch_to_space_nd,
    required_space_to_batch_paddings,
    space_to_batch,
    space_to_batch_nd,
)
from convflow.ops.sparse.placeholder import sparse_placeholder
from convflow.ops.sparse.select import sparse_mask
