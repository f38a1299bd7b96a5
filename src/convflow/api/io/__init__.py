"""tf.io"""

from convflow.api.io import gfile
from convflow.formats.record_file import (
    TFRecordCompressionType,
    TFRecordOptions,
    TFRecordWriter,
    tf_record_iterator,
)
from convflow.ops.decode_csv import decode_csv
from convflow.ops.files import matching_files, read_file, write_file
from convflow.ops.image.decode import (
    decode_and_crop_jpeg,
    decode_bmp,
    decode_gif,
    decode_image,
    decode_jpeg,
    decode_png,
    extract_jpeg_shape,
    is_jpeg,
)
from convflow.ops.image.encode import encode_jpeg, encode_png
from convflow.ops.json_example import decode_json_example
from convflow.ops.parse_sequence import parse_sequence_example, parse_single_sequence_example
from convflow.ops.parsing import parse_example, parse_single_example
from convflow.ops.parsing_features import (
    FixedLenFeature,
    FixedLenSequenceFeature,
    RaggedFeature,
    SparseFeature,
    VarLenFeature,
)
from convflow.ops.queue import PaddingFIFOQueue, PriorityQueue, QueueBase, RandomShuffleQueue
from convflow.ops.serialized import decode_compressed, parse_tensor, serialize_tensor
from convflow.ops.sparse.serialize import deserialize_many_sparse, serialize_many_sparse, serialize_sparse
from convflow.ops.string_convert import decode_base64, decode_raw, encode_base64
from convflow.training.graph_io import write_graph
from convflow.training.input_producer import match_filenames_once
