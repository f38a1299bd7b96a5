"""tensorflow.python.keras.engine.input_layer"""

from convflow.modeling.keras.core import Input, InputLayer
