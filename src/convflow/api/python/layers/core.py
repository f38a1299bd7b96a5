"""tensorflow.python.layers.core"""

from convflow.modeling.layers.core import Dense, Dropout, Flatten, dense, dropout, flatten
