"""tensorflow.python.keras.utils.data_utils"""

from convflow.datasets.keras_file import get_file
from convflow.training.keras.enqueuers import GeneratorEnqueuer, OrderedEnqueuer, SequenceEnqueuer
from convflow.training.keras.images import Sequence
