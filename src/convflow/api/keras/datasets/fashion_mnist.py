"""tf.keras.datasets.fashion_mnist"""

from convflow.datasets.keras_mnist import load_fashion_data as load_data
