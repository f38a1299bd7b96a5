"""tf.keras.datasets.imdb"""

from convflow.datasets.keras_words import imdb_word_index as get_word_index
from convflow.datasets.keras_words import load_imdb as load_data
