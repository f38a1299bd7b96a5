"""tf.lookup"""

from convflow.api import lookup_experimental as experimental
from convflow.modeling.lookup.initializers import KeyValueTensorInitializer, TextFileIndex, TextFileInitializer
from convflow.modeling.lookup.tables import StaticHashTable
from convflow.modeling.lookup.vocabularies import StaticVocabularyTable
