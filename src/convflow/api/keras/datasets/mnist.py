"""tf.keras.datasets.mnist"""

from convflow.datasets.keras_mnist import load_data
