"""tf.contrib.learn.datasets"""

from convflow.api.contrib.learn.datasets import mnist
