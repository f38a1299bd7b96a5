"""tf.keras.datasets"""

from convflow.api.keras.datasets import fashion_mnist, mnist
