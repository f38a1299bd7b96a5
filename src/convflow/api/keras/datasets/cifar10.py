"""tf.keras.datasets.cifar10"""

from convflow.datasets.cifar import load_cifar10 as load_data
