"""tensorflow.python.framework.sparse_tensor"""

from convflow.graph.sparse_tensor import SparseTensor, SparseTensorValue, convert_to_tensor_or_sparse_tensor
