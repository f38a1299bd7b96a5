"""tf.keras.applications.vgg19"""

from convflow.datasets.imagenet_names import decode_predictions
from convflow.training.keras.applications.imagenet import preprocess_caffe as preprocess_input
from convflow.training.keras.applications.vgg import VGG19
