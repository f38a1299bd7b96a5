"""tensorflow.python.data.ops.readers"""

from convflow.input.readers import FixedLengthRecordDataset, TextLineDataset, TFRecordDataset
from convflow.input.readers import FixedLengthRecordDataset as FixedLengthRecordDatasetV1
from convflow.input.readers import FixedLengthRecordDataset as FixedLengthRecordDatasetV2
from convflow.input.readers import TextLineDataset as TextLineDatasetV1
from convflow.input.readers import TextLineDataset as TextLineDatasetV2
from convflow.input.readers import TFRecordDataset as TFRecordDatasetV1
from convflow.input.readers import TFRecordDataset as TFRecordDatasetV2
