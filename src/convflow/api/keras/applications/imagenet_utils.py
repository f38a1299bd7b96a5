"""tf.keras.applications.imagenet_utils"""

from convflow.datasets.imagenet_names import decode_predictions
from convflow.training.keras.applications.imagenet import preprocess_input
