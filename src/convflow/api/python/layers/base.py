"""tensorflow.python.layers.base"""

from convflow.modeling.layers.base import Layer
from convflow.modeling.layers.input_spec import InputSpec
