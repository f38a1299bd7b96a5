"""tf.contrib.lookup"""

from convflow.modeling.lookup.initializers import (
    KeyValueTensorInitializer,
    TableInitializerBase,
    TextFileIdTableInitializer,
    TextFileIndex,
    TextFileInitializer,
    TextFileStringTableInitializer,
)
from convflow.modeling.lookup.mutable import MutableDenseHashTable, MutableHashTable
from convflow.modeling.lookup.tables import HashTable, LookupInterface
from convflow.modeling.lookup.vocabularies import (
    FastHashSpec,
    HasherSpec,
    IdTableWithHashBuckets,
    StrongHashSpec,
    index_table_from_file,
    index_table_from_tensor,
    index_to_string_table_from_file,
    index_to_string_table_from_tensor,
)
