"""tensorflow.python.framework.indexed_slices"""

from convflow.graph.indexed_slices import IndexedSlices, convert_to_tensor_or_indexed_slices
