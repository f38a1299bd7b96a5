"""tf.keras.applications"""

from convflow.api.keras.applications import imagenet_utils
