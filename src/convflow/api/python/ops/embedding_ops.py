"""tensorflow.python.ops.embedding_ops"""

from convflow.ops.embedding import embedding_lookup
from convflow.ops.embedding_sparse import embedding_lookup_sparse, safe_embedding_lookup_sparse
