"""tf.feature_column"""

from convflow.training.feature_column.crossed import crossed_column
from convflow.training.feature_column.embedding import embedding_column
from convflow.training.feature_column.hashed import categorical_column_with_hash_bucket
from convflow.training.feature_column.identity import categorical_column_with_identity
from convflow.training.feature_column.indicator import indicator_column
from convflow.training.feature_column.input_layer import input_layer, make_parse_example_spec
from convflow.training.feature_column.linear_model import linear_model
from convflow.training.feature_column.numeric import bucketized_column, numeric_column
from convflow.training.feature_column.sequence_categorical import (
    sequence_categorical_column_with_hash_bucket,
    sequence_categorical_column_with_identity,
    sequence_categorical_column_with_vocabulary_file,
    sequence_categorical_column_with_vocabulary_list,
)
from convflow.training.feature_column.shared_embedding import shared_embedding_columns
from convflow.training.feature_column.vocabulary import (
    categorical_column_with_vocabulary_file,
    categorical_column_with_vocabulary_list,
)
from convflow.training.feature_column.weighted import weighted_categorical_column
