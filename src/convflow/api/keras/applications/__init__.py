"""tf.keras.applications"""

from convflow.api.keras.applications import (
    densenet,
    imagenet_utils,
    inception_v3,
    mobilenet,
    mobilenet_v2,
    resnet,
    resnet50,
    resnet_v2,
    vgg16,
    vgg19,
    xception,
)
from convflow.training.keras.applications.densenet import DenseNet121, DenseNet169, DenseNet201
from convflow.training.keras.applications.inception_v3 import InceptionV3
from convflow.training.keras.applications.mobilenet import MobileNet
from convflow.training.keras.applications.mobilenet_v2 import MobileNetV2
from convflow.training.keras.applications.resnet import (
    ResNet50,
    ResNet50V2,
    ResNet101,
    ResNet101V2,
    ResNet152,
    ResNet152V2,
)
from convflow.training.keras.applications.vgg import VGG16, VGG19
from convflow.training.keras.applications.xception import Xception
