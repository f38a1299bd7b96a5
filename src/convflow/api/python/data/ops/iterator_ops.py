"""tensorflow.python.data.ops.iterator_ops"""

from convflow.input.iterators import Iterator
from convflow.input.iterators import Iterator as IteratorBase
