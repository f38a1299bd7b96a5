"""tf.keras.applications.inception_v3"""

from convflow.datasets.imagenet_names import decode_predictions
from convflow.training.keras.applications.imagenet import preprocess_tf as preprocess_input
from convflow.training.keras.applications.inception_v3 import InceptionV3
