"""tensorflow.python.keras.engine.topology: the path of Keras itself, where it has its layers' base"""

from convflow.modeling.keras.base import Layer
from convflow.modeling.keras.core import Input, InputLayer
from convflow.modeling.layers.input_spec import InputSpec
from convflow.training.keras.sources import get_source_inputs
