"""tensorflow.python.keras.utils.conv_utils"""

from convflow.modeling.layers.utils import normalize_data_format, normalize_padding, normalize_tuple
