"""tensorflow.python.keras.engine.base_layer"""

from convflow.modeling.keras.base import Layer
from convflow.modeling.layers.input_spec import InputSpec
