"""tf.contrib.layers"""

from convflow.api.contrib.slim.layers.layers import *
from convflow.api.contrib.slim.layers.optimizers import *
from convflow.api.contrib.slim.layers.summaries import *
from convflow.slim import utils
from convflow.slim.layers.embedding import embed_sequence, embedding_lookup_unique
from convflow.training.feature_column.contrib_columns import (
    crossed_column,
    embedding_column,
    input_from_feature_columns,
    one_hot_column,
    real_valued_column,
    sparse_column_with_hash_bucket,
    sparse_column_with_integerized_feature,
    sparse_column_with_keys,
    sparse_column_with_vocabulary_file,
    weighted_sparse_column,
)
from convflow.training.feature_column.input_layer import make_parse_example_spec as create_feature_spec_for_parsing
from convflow.training.feature_column.numeric import bucketized_column
