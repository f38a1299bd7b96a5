"""tf.keras.datasets.reuters"""

from convflow.datasets.keras_words import load_reuters as load_data
from convflow.datasets.keras_words import reuters_word_index as get_word_index
