"""tensorflow.python.keras.utils.np_utils"""

from convflow.datasets.labels import normalize, to_categorical
