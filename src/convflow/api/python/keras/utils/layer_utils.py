"""tensorflow.python.keras.utils.layer_utils"""

from convflow.training.keras.drawing import print_summary
from convflow.training.keras.sources import get_source_inputs
