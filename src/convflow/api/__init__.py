"""TensorFlow's module paths: re-exports only, no code. This module is `tf` itself."""

from tensorboard.compat.proto.attr_value_pb2 import AttrValue, NameAttrList
from tensorboard.compat.proto.config_pb2 import (
    ConfigProto,
    GPUOptions,
    GraphOptions,
    OptimizerOptions,
    RunMetadata,
    RunOptions,
)
from tensorboard.compat.proto.event_pb2 import Event, LogMessage, SessionLog
from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.compat.proto.meta_graph_pb2 import MetaGraphDef, TensorInfo
from tensorboard.compat.proto.node_def_pb2 import NodeDef
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary, SummaryMetadata

from convflow.api import (
    bitwise,
    data,
    debugging,
    dtypes,
    errors,
    gfile,
    graph_util,
    image,
    initializers,
    io,
    layers,
    linalg,
    logging,
    lookup,
    losses,
    manip,
    math,
    metrics,
    nest,
    nn,
    profiler,
    python_io,
    queue,
    random,
    raw_ops,
    sets,
    signal,
    sparse,
    spectral,
    strings,
    summary,
    train,
    version,
)
from convflow.autodiff.aggregation import AggregationMethod
from convflow.autodiff.custom import custom_gradient, grad_pass_through, recompute_grad
from convflow.autodiff.gradient_tape import GradientTape
from convflow.autodiff.gradients import UnconnectedGradients, gradients
from convflow.autodiff.hessians import hessians
from convflow.autodiff.py_function import py_function
from convflow.autodiff.registry import NoGradient, NotDifferentiable, RegisterGradient
from convflow.autodiff.registry import NoGradient as no_gradient
from convflow.core.behavior import (
    control_flow_v2_enabled,
    disable_control_flow_v2,
    disable_tensor_equality,
    disable_v2_behavior,
    disable_v2_tensorshape,
    enable_control_flow_v2,
    enable_tensor_equality,
    enable_v2_behavior,
    enable_v2_tensorshape,
)
from convflow.core.build_info import COMPILER_VERSION, CXX11_ABI_FLAG, MONOLITHIC_BUILD
from convflow.core.dtypes import (
    QUANTIZED_DTYPES,
    DType,
    as_dtype,
    bfloat16,
    bool,
    complex64,
    complex128,
    double,
    float16,
    float32,
    float64,
    half,
    int8,
    int16,
    int32,
    int64,
    qint8,
    qint16,
    qint32,
    quint8,
    quint16,
    resource,
    string,
    uint8,
    uint16,
    uint32,
    uint64,
    variant,
)
from convflow.core.errors import OpError
from convflow.core.lazy import lazy_submodules as _lazy_submodules
from convflow.core.logging import get_logger
from convflow.core.shape import Dimension, TensorShape, dimension_at_index, dimension_value
from convflow.core.version import (
    GIT_VERSION,
    GRAPH_DEF_VERSION,
    GRAPH_DEF_VERSION_MIN_CONSUMER,
    GRAPH_DEF_VERSION_MIN_PRODUCER,
    VERSION,
)
from convflow.core.version import GIT_VERSION as __git_version__
from convflow.core.version import VERSION as __version__
from convflow.formats.tensor_proto import make_ndarray
from convflow.graph.collections import GraphKeys
from convflow.graph.convert import convert_to_tensor, register_tensor_conversion_function
from convflow.graph.device import DeviceSpec
from convflow.graph.graph import Graph
from convflow.graph.importer import import_graph_def
from convflow.graph.indexed_slices import IndexedSlices, convert_to_tensor_or_indexed_slices
from convflow.graph.op_library import load_file_system_library, load_library, load_op_library
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import (
    add_to_collection,
    add_to_collections,
    colocate_with,
    container,
    control_dependencies,
    device,
    executing_eagerly,
    get_collection,
    get_collection_ref,
    get_default_graph,
    get_default_session,
    init_scope,
    is_tensor,
    name_scope,
    op_scope,
    reset_default_graph,
)
from convflow.graph.seeds import get_seed, set_random_seed
from convflow.graph.sparse_tensor import SparseTensor, SparseTensorValue, convert_to_tensor_or_sparse_tensor
from convflow.graph.static_value import get_static_value
from convflow.graph.type_spec import TensorSpec, TypeSpec
from convflow.input.optional import OptionalSpec
from convflow.modeling.functional import foldl, foldr, map_fn, scan
from convflow.modeling.lookup.initializers import tables_initializer
from convflow.modeling.lookup.initializers import tables_initializer as initialize_all_tables
from convflow.modeling.module import Module
from convflow.modeling.variables.initializers import Constant as constant_initializer
from convflow.modeling.variables.initializers import GlorotNormal as glorot_normal_initializer
from convflow.modeling.variables.initializers import GlorotUniform as glorot_uniform_initializer
from convflow.modeling.variables.initializers import Ones as ones_initializer
from convflow.modeling.variables.initializers import RandomNormal as random_normal_initializer
from convflow.modeling.variables.initializers import RandomUniform as random_uniform_initializer
from convflow.modeling.variables.initializers import TruncatedNormal as truncated_normal_initializer
from convflow.modeling.variables.initializers import VarianceScaling as variance_scaling_initializer
from convflow.modeling.variables.initializers import Zeros as zeros_initializer
from convflow.modeling.variables.initializers_matrix import Orthogonal as orthogonal_initializer
from convflow.modeling.variables.initializers_matrix import UniformUnitScaling as uniform_unit_scaling_initializer
from convflow.modeling.variables.partitioners import (
    fixed_size_partitioner,
    min_max_variable_partitioner,
    variable_axis_size_partitioner,
)
from convflow.modeling.variables.scope import (
    AUTO_REUSE,
    VariableScope,
    create_partitioned_variables,
    get_local_variable,
    get_variable,
    get_variable_scope,
    no_regularizer,
    variable_op_scope,
    variable_scope,
)
from convflow.modeling.variables.store import (
    disable_resource_variables,
    enable_resource_variables,
    resource_variables_enabled,
    variable_creator_scope,
)
from convflow.modeling.variables.template import make_template
from convflow.modeling.variables.variable import (
    Variable,
    VariableAggregation,
    VariableSynchronization,
    all_variables,
    assert_variables_initialized,
    global_variables,
    global_variables_initializer,
    initialize_all_variables,
    initialize_local_variables,
    initialize_variables,
    local_variables,
    local_variables_initializer,
    model_variables,
    moving_average_variables,
    report_uninitialized_variables,
    trainable_variables,
    variables_initializer,
)
from convflow.modeling.vectorized import vectorized_map
from convflow.ops.accumulator import (
    ConditionalAccumulator,
    ConditionalAccumulatorBase,
    SparseConditionalAccumulator,
)
from convflow.ops.activation import log_sigmoid
from convflow.ops.array.batch_gather import batch_gather, gather_nd
from convflow.ops.array.bitcast import bitcast
from convflow.ops.array.broadcast import broadcast_dynamic_shape, broadcast_static_shape
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import constant, fill, ones, ones_like, zeros, zeros_like
from convflow.ops.array.depth import depth_to_space, space_to_depth
from convflow.ops.array.diag import diag, diag_part, matrix_band_part
from convflow.ops.array.eye import eye
from convflow.ops.array.gather import gather, unsorted_segment_sum
from convflow.ops.array.gather_nd import scatter_nd
from convflow.ops.array.grid import meshgrid, sequence_mask
from convflow.ops.array.identity import group, identity, no_op, stop_gradient
from convflow.ops.array.identity import tuple_ as tuple
from convflow.ops.array.list_diff import setdiff1d
from convflow.ops.array.matrix_diag import matrix_diag, matrix_diag_part, matrix_set_diag
from convflow.ops.array.one_hot import one_hot
from convflow.ops.array.pad import pad
from convflow.ops.array.parallel import parallel_stack
from convflow.ops.array.partition import dynamic_partition, unravel_index
from convflow.ops.array.passing import ensure_shape, guarantee_const, identity_n
from convflow.ops.array.patches import extract_image_patches, extract_volume_patches
from convflow.ops.array.placeholder import placeholder, placeholder_with_default
from convflow.ops.array.repeat import repeat
from convflow.ops.array.reshape import expand_dims, reshape, squeeze
from convflow.ops.array.reverse import reverse
from convflow.ops.array.reverse import reverse as reverse_v2
from convflow.ops.array.roll import reverse_sequence, roll
from convflow.ops.array.sequence import lin_space, range
from convflow.ops.array.sequence import lin_space as linspace
from convflow.ops.array.shape_ops import rank, shape, shape_n, size
from convflow.ops.array.slice import slice_ as slice
from convflow.ops.array.sort import argsort, searchsorted, sort
from convflow.ops.array.split import split
from convflow.ops.array.stack import stack, unstack
from convflow.ops.array.stitch import dynamic_stitch
from convflow.ops.array.strided_slice import boolean_mask, newaxis, strided_slice
from convflow.ops.array.tensor_proto import make_tensor_proto
from convflow.ops.array.tensor_scatter import (
    tensor_scatter_nd_add,
    tensor_scatter_nd_max,
    tensor_scatter_nd_min,
    tensor_scatter_nd_sub,
    tensor_scatter_nd_update,
)
from convflow.ops.array.tensor_scatter import tensor_scatter_nd_add as tensor_scatter_add
from convflow.ops.array.tensor_scatter import tensor_scatter_nd_sub as tensor_scatter_sub
from convflow.ops.array.tensor_scatter import tensor_scatter_nd_update as tensor_scatter_update
from convflow.ops.array.tile import broadcast_to, tile
from convflow.ops.array.transpose import invert_permutation, matrix_transpose, transpose
from convflow.ops.array.unique import unique, unique_with_counts
from convflow.ops.assert_compare import (
    assert_equal,
    assert_greater,
    assert_greater_equal,
    assert_less,
    assert_less_equal,
    assert_near,
    assert_negative,
    assert_non_negative,
    assert_non_positive,
    assert_none_equal,
    assert_positive,
)
from convflow.ops.assert_rank import assert_rank, assert_rank_at_least, assert_rank_in, assert_scalar
from convflow.ops.assert_type import (
    assert_integer,
    assert_proper_iterable,
    assert_same_float_dtype,
    assert_type,
    is_numeric_tensor,
)
from convflow.ops.assertion import assert_ as Assert
from convflow.ops.case import case
from convflow.ops.control_flow import cond
from convflow.ops.critical_section import CriticalSection
from convflow.ops.decode_csv import decode_csv
from convflow.ops.fake_quant import (
    fake_quant_with_min_max_args,
    fake_quant_with_min_max_args_gradient,
    fake_quant_with_min_max_vars,
    fake_quant_with_min_max_vars_gradient,
    fake_quant_with_min_max_vars_per_channel,
    fake_quant_with_min_max_vars_per_channel_gradient,
)
from convflow.ops.files import matching_files, read_file, write_file
from convflow.ops.fingerprint import fingerprint
from convflow.ops.json_example import decode_json_example
from convflow.ops.linalg.eigen import self_adjoint_eig, self_adjoint_eigvals
from convflow.ops.linalg.functions import matrix_square_root
from convflow.ops.linalg.inverse import matrix_determinant, matrix_inverse, matrix_solve
from convflow.ops.linalg.least_squares import matrix_solve_ls
from convflow.ops.linalg.matrix import cross, trace
from convflow.ops.linalg.norm import norm
from convflow.ops.linalg.qr import qr
from convflow.ops.linalg.svd import svd
from convflow.ops.linalg.triangular import cholesky, cholesky_solve, matrix_triangular_solve
from convflow.ops.logging import Print
from convflow.ops.math.argmax import arg_max, arg_min, argmax, argmin
from convflow.ops.math.arithmetic import (
    add,
    add_n,
    div,
    divide,
    floor_div,
    floordiv,
    floormod,
    maximum,
    minimum,
    multiply,
    negative,
    pow,
    realdiv,
    squared_difference,
    subtract,
    truediv,
    truncatediv,
    truncatemod,
)
from convflow.ops.math.arithmetic import floormod as mod
from convflow.ops.math.cast import (
    cast,
    to_bfloat16,
    to_complex64,
    to_complex128,
    to_double,
    to_float,
    to_int32,
    to_int64,
)
from convflow.ops.math.clip import clip_by_average_norm, clip_by_global_norm, clip_by_norm, clip_by_value, global_norm
from convflow.ops.math.comparison import (
    equal,
    greater,
    greater_equal,
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    not_equal,
)
from convflow.ops.math.complex import angle, complex, conj, imag, real
from convflow.ops.math.confusion_matrix import confusion_matrix
from convflow.ops.math.einsum import einsum
from convflow.ops.math.elementwise import (
    abs,
    ceil,
    cos,
    exp,
    expm1,
    floor,
    is_finite,
    is_inf,
    is_nan,
    log,
    log1p,
    reciprocal,
    round,
    rsqrt,
    sigmoid,
    sign,
    sin,
    sqrt,
    square,
    tanh,
)
from convflow.ops.math.error_function import erf, erfc
from convflow.ops.math.fourier import fft, fft2d, fft3d, ifft, ifft2d, ifft3d
from convflow.ops.math.gamma import digamma, lbeta, lgamma, polygamma, zeta
from convflow.ops.math.histogram import bincount, histogram_fixed_width, histogram_fixed_width_bins
from convflow.ops.math.incomplete import betainc, igamma, igammac
from convflow.ops.math.matmul import matmul, sparse_matmul
from convflow.ops.math.no_nan import div_no_nan
from convflow.ops.math.reduce import (
    reduce_all,
    reduce_any,
    reduce_logsumexp,
    reduce_max,
    reduce_mean,
    reduce_min,
    reduce_prod,
    reduce_sum,
)
from convflow.ops.math.rounding import rint
from convflow.ops.math.saturate import saturate_cast
from convflow.ops.math.scan import cumprod, cumsum
from convflow.ops.math.segment import segment_max, segment_mean, segment_min, segment_prod, segment_sum
from convflow.ops.math.select import where, where_v2
from convflow.ops.math.sparse_segment import sparse_segment_mean, sparse_segment_sqrt_n, sparse_segment_sum
from convflow.ops.math.statistics import count_nonzero
from convflow.ops.math.sums import accumulate_n, scalar_mul
from convflow.ops.math.tensordot import tensordot
from convflow.ops.math.trigonometry import acos, acosh, asin, asinh, atan, atan2, atanh, cosh, sinh, tan
from convflow.ops.math.unsorted_segment import (
    unsorted_segment_max,
    unsorted_segment_mean,
    unsorted_segment_min,
    unsorted_segment_prod,
    unsorted_segment_sqrt_n,
)
from convflow.ops.monotonic import is_non_decreasing, is_strictly_increasing
from convflow.ops.numerics import add_check_numerics_ops, check_numerics, verify_tensor_all_finite
from convflow.ops.parse_sequence import parse_single_sequence_example
from convflow.ops.parsing import parse_example, parse_single_example
from convflow.ops.parsing_features import FixedLenFeature, FixedLenSequenceFeature, SparseFeature, VarLenFeature
from convflow.ops.print import print_v2 as print
from convflow.ops.quantize import dequantize, quantize, quantize_v2
from convflow.ops.queue import FIFOQueue, PaddingFIFOQueue, PriorityQueue, QueueBase, RandomShuffleQueue
from convflow.ops.random import random_normal, random_shuffle, random_uniform, truncated_normal
from convflow.ops.random_crop import random_crop
from convflow.ops.random_discrete import multinomial, random_poisson
from convflow.ops.random_gamma import random_gamma
from convflow.ops.reader import (
    FixedLengthRecordReader,
    IdentityReader,
    ReaderBase,
    TextLineReader,
    TFRecordReader,
    WholeFileReader,
)
from convflow.ops.scatter import (
    batch_scatter_update,
    scatter_add,
    scatter_div,
    scatter_max,
    scatter_min,
    scatter_mul,
    scatter_nd_add,
    scatter_nd_sub,
    scatter_nd_update,
    scatter_sub,
    scatter_update,
)
from convflow.ops.script import numpy_function, py_func
from convflow.ops.serialized import decode_compressed, parse_tensor, serialize_tensor
from convflow.ops.session_tensor import delete_session_tensor, get_session_handle, get_session_tensor
from convflow.ops.space_to_batch import (
    batch_to_space,
    batch_to_space_nd,
    required_space_to_batch_paddings,
    space_to_batch,
    space_to_batch_nd,
)
from convflow.ops.sparse.arithmetic import sparse_add, sparse_maximum, sparse_minimum
from convflow.ops.sparse.arrange import sparse_reorder, sparse_reshape, sparse_transpose
from convflow.ops.sparse.cut import sparse_concat, sparse_slice, sparse_split
from convflow.ops.sparse.edit_distance import edit_distance
from convflow.ops.sparse.fill import sparse_fill_empty_rows
from convflow.ops.sparse.matmul import sparse_tensor_dense_matmul
from convflow.ops.sparse.merge import sparse_merge
from convflow.ops.sparse.placeholder import sparse_placeholder
from convflow.ops.sparse.reduce import (
    sparse_reduce_max,
    sparse_reduce_max_sparse,
    sparse_reduce_sum,
    sparse_reduce_sum_sparse,
    sparse_softmax,
)
from convflow.ops.sparse.select import sparse_mask, sparse_reset_shape, sparse_retain
from convflow.ops.sparse.serialize import deserialize_many_sparse, serialize_many_sparse, serialize_sparse
from convflow.ops.sparse.spec import SparseTensorSpec
from convflow.ops.sparse.to_dense import sparse_tensor_to_dense, sparse_to_dense, sparse_to_indicator
from convflow.ops.state import assign, assign_add, assign_sub, count_up_to, is_variable_initialized
from convflow.ops.string import reduce_join, string_join, string_strip, substr
from convflow.ops.string_convert import as_string, decode_base64, decode_raw, encode_base64, string_to_number
from convflow.ops.string_hash import string_to_hash_bucket, string_to_hash_bucket_fast, string_to_hash_bucket_strong
from convflow.ops.string_regex import regex_replace
from convflow.ops.string_split import string_split
from convflow.ops.switch_case import switch_case
from convflow.ops.tensor_array import TensorArray
from convflow.ops.timestamp import timestamp
from convflow.ops.while_loop import while_loop
from convflow.runtime.eager.context import disable_eager_execution, enable_eager_execution
from convflow.runtime.eager.defun import function
from convflow.runtime.explain import explain
from convflow.runtime.session import InteractiveSession, Session

# What most programs do without. Naming one of them loads it.
__getattr__, __dir__ = _lazy_submodules(
    __name__,
    "app",
    "audio",
    "compat",
    "config",
    "contrib",
    "distribute",
    "distributions",
    "estimator",
    "feature_column",
    "examples",
    "flags",
    "keras",
    "python",
    "quantization",
    "resource_loader",
    "saved_model",
    "sysconfig",
    "test",
    "user_ops",
)
