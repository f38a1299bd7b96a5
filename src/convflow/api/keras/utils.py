"""tf.keras.utils"""

from convflow.datasets.labels import normalize, to_categorical
