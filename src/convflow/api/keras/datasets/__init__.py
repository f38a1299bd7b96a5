"""tf.keras.datasets"""

from convflow.api.keras.datasets import boston_housing, cifar10, cifar100, fashion_mnist, imdb, mnist, reuters
