"""tf.keras.datasets.boston_housing"""

from convflow.datasets.keras_words import load_boston as load_data
