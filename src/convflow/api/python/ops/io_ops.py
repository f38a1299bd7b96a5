"""tensorflow.python.ops.io_ops"""

from convflow.ops.files import matching_files, read_file, write_file
from convflow.ops.reader import (
    FixedLengthRecordReader,
    IdentityReader,
    ReaderBase,
    TextLineReader,
    TFRecordReader,
    WholeFileReader,
)
from convflow.ops.serialized import serialize_tensor
