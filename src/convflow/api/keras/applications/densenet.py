"""tf.keras.applications.densenet"""

from convflow.datasets.imagenet_names import decode_predictions
from convflow.training.keras.applications.densenet import DenseNet121, DenseNet169, DenseNet201
from convflow.training.keras.applications.imagenet import preprocess_torch as preprocess_input
