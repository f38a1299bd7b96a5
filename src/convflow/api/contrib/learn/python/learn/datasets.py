"""tf.contrib.learn.python.learn.datasets"""

from convflow.api.contrib.learn.datasets import DATASETS, base, load_dataset, mnist
