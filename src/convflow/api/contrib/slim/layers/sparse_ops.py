"""tf_slim.layers.sparse_ops"""

from convflow.slim.layers.sparse_ops import dense_to_sparse_tensor, indicators_to_sparse_ids, sparse_row_envelope
