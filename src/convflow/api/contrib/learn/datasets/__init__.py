"""tf.contrib.learn.datasets"""

from convflow.api.contrib.learn.datasets import base, mnist
from convflow.datasets.tables import DATASETS, load_dataset
