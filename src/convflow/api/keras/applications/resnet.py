"""tf.keras.applications.resnet"""

from convflow.datasets.imagenet_names import decode_predictions
from convflow.training.keras.applications.imagenet import preprocess_caffe as preprocess_input
from convflow.training.keras.applications.resnet import ResNet50, ResNet101, ResNet152
