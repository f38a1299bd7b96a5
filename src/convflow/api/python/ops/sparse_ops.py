"""tensorflow.python.ops.sparse_ops"""

from convflow.ops.math.histogram import bincount
from convflow.ops.sparse.arithmetic import sparse_add, sparse_maximum, sparse_minimum
from convflow.ops.sparse.arithmetic import sparse_add as sparse_add_v2
from convflow.ops.sparse.arrange import sparse_reorder, sparse_reshape, sparse_transpose
from convflow.ops.sparse.cut import sparse_concat, sparse_slice, sparse_split
from convflow.ops.sparse.cut import sparse_concat as sparse_concat_v2
from convflow.ops.sparse.cut import sparse_split as sparse_split_v2
from convflow.ops.sparse.fill import sparse_fill_empty_rows
from convflow.ops.sparse.matmul import sparse_tensor_dense_matmul
from convflow.ops.sparse.merge import eye as sparse_eye
from convflow.ops.sparse.merge import sparse_merge
from convflow.ops.sparse.reduce import (
    sparse_reduce_max,
    sparse_reduce_max_sparse,
    sparse_reduce_sum,
    sparse_reduce_sum_sparse,
    sparse_softmax,
)
from convflow.ops.sparse.reduce import sparse_reduce_max as sparse_reduce_max_v2
from convflow.ops.sparse.reduce import sparse_reduce_sum as sparse_reduce_sum_v2
from convflow.ops.sparse.select import expand_dims as sparse_expand_dims
from convflow.ops.sparse.select import sparse_reset_shape, sparse_retain
from convflow.ops.sparse.serialize import (
    deserialize_many_sparse,
    deserialize_sparse,
    serialize_many_sparse,
    serialize_sparse,
)
from convflow.ops.sparse.to_dense import from_dense, sparse_tensor_to_dense, sparse_to_dense, sparse_to_indicator
