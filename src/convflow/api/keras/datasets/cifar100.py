"""tf.keras.datasets.cifar100"""

from convflow.datasets.cifar import load_cifar100 as load_data
