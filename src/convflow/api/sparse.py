"""tf.sparse"""

from convflow.graph.sparse_tensor import SparseTensor
from convflow.ops.accumulator import SparseConditionalAccumulator
from convflow.ops.math.sparse_segment import sparse_segment_mean as segment_mean
from convflow.ops.math.sparse_segment import sparse_segment_sqrt_n as segment_sqrt_n
from convflow.ops.math.sparse_segment import sparse_segment_sum as segment_sum
from convflow.ops.sparse.arithmetic import sparse_add as add
from convflow.ops.sparse.arithmetic import sparse_maximum as maximum
from convflow.ops.sparse.arithmetic import sparse_minimum as minimum
from convflow.ops.sparse.arrange import sparse_reorder as reorder
from convflow.ops.sparse.arrange import sparse_reshape as reshape
from convflow.ops.sparse.arrange import sparse_transpose as transpose
from convflow.ops.sparse.cross import sparse_cross as cross
from convflow.ops.sparse.cross import sparse_cross_hashed as cross_hashed
from convflow.ops.sparse.cut import sparse_concat as concat
from convflow.ops.sparse.cut import sparse_slice as slice
from convflow.ops.sparse.cut import sparse_split as split
from convflow.ops.sparse.fill import sparse_fill_empty_rows as fill_empty_rows
from convflow.ops.sparse.matmul import sparse_tensor_dense_matmul as matmul
from convflow.ops.sparse.matmul import sparse_tensor_dense_matmul as sparse_dense_matmul
from convflow.ops.sparse.merge import eye
from convflow.ops.sparse.merge import sparse_merge as merge
from convflow.ops.sparse.placeholder import sparse_placeholder as placeholder
from convflow.ops.sparse.reduce import sparse_reduce_max as reduce_max
from convflow.ops.sparse.reduce import sparse_reduce_max_sparse as reduce_max_sparse
from convflow.ops.sparse.reduce import sparse_reduce_sum as reduce_sum
from convflow.ops.sparse.reduce import sparse_reduce_sum_sparse as reduce_sum_sparse
from convflow.ops.sparse.reduce import sparse_softmax as softmax
from convflow.ops.sparse.select import expand_dims
from convflow.ops.sparse.select import sparse_mask as mask
from convflow.ops.sparse.select import sparse_reset_shape as reset_shape
from convflow.ops.sparse.select import sparse_retain as retain
from convflow.ops.sparse.to_dense import from_dense
from convflow.ops.sparse.to_dense import sparse_tensor_to_dense as to_dense
from convflow.ops.sparse.to_dense import sparse_to_indicator as to_indicator
