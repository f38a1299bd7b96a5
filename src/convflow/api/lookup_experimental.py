"""tf.lookup.experimental"""

from convflow.modeling.lookup.mutable import DenseHashTable
