"""tf.keras.utils"""

from convflow.datasets.keras_file import get_file
from convflow.datasets.labels import normalize, to_categorical
from convflow.training.keras.custom_objects import CustomObjectScope, custom_object_scope, get_custom_objects
from convflow.training.keras.drawing import model_to_dot, plot_model, print_summary
from convflow.training.keras.enqueuers import GeneratorEnqueuer, OrderedEnqueuer, SequenceEnqueuer
from convflow.training.keras.gpus import multi_gpu_model
from convflow.training.keras.images import Sequence
from convflow.training.keras.progress import Progbar
from convflow.training.keras.serialized_objects import deserialize_keras_object, serialize_keras_object
from convflow.training.keras.sources import get_source_inputs
