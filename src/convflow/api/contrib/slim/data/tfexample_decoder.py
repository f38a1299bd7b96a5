"""tf.contrib.slim.data.tfexample_decoder"""

from convflow.slim.data.image_handler import Image
from convflow.slim.data.item_handler import (
    BackupHandler,
    BoundingBox,
    ItemHandler,
    ItemHandlerCallback,
    LookupTensor,
    SparseTensor,
    Tensor,
)
from convflow.slim.data.sequence_handlers import BoundingBoxSequence, KeypointsSequence, NumBoxesSequence
from convflow.slim.data.tfexample_decoder import TFExampleDecoder, TFSequenceExampleDecoder
