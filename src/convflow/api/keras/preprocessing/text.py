"""tf.keras.preprocessing.text"""

from convflow.datasets.texts import Tokenizer, hashing_trick, one_hot, text_to_word_sequence, tokenizer_from_json
