"""tf.contrib.learn.preprocessing"""

from convflow.input.text_vocabulary import ByteProcessor, CategoricalVocabulary, VocabularyProcessor, tokenizer
