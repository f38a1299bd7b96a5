"""tensorflow.python.keras.utils"""

from convflow.api.keras.utils import *
from convflow.api.python.keras.utils import conv_utils, data_utils, generic_utils, layer_utils, np_utils, vis_utils
