"""tf.keras.applications.xception"""

from convflow.datasets.imagenet_names import decode_predictions
from convflow.training.keras.applications.imagenet import preprocess_tf as preprocess_input
from convflow.training.keras.applications.xception import Xception
