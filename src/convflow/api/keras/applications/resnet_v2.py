"""tf.keras.applications.resnet_v2"""

from convflow.datasets.imagenet_names import decode_predictions
from convflow.training.keras.applications.imagenet import preprocess_tf as preprocess_input
from convflow.training.keras.applications.resnet import ResNet50V2, ResNet101V2, ResNet152V2
