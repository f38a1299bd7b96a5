"""tf.keras.utils"""

from convflow.datasets.keras_file import get_file
from convflow.datasets.labels import normalize, to_categorical
from convflow.training.keras.custom_objects import CustomObjectScope, custom_object_scope, get_custom_objects
from convflow.training.keras.images import Sequence
from convflow.training.keras.progress import Progbar
