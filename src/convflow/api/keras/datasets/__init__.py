"""tf.keras.datasets"""

from convflow.api.keras.datasets import cifar10, cifar100, fashion_mnist, mnist
