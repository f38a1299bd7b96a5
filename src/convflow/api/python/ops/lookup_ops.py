"""tensorflow.python.ops.lookup_ops"""

from convflow.api.contrib.lookup import *
from convflow.modeling.lookup.initializers import tables_initializer
from convflow.modeling.lookup.tables import StaticHashTable
from convflow.modeling.lookup.vocabularies import StaticVocabularyTable
