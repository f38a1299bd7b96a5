"""tensorflow.python.keras.utils.generic_utils"""

from convflow.training.keras.custom_objects import CustomObjectScope, custom_object_scope, get_custom_objects
from convflow.training.keras.progress import Progbar
from convflow.training.keras.serialized_objects import deserialize_keras_object, serialize_keras_object
