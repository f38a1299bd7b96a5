"""tf.contrib.cudnn_rnn.python.ops.cudnn_rnn_ops"""

from convflow.modeling.recurrent.cudnn.canonical import GRUConverter as CudnnParamsFormatConverterGRU
from convflow.modeling.recurrent.cudnn.canonical import LSTMConverter as CudnnParamsFormatConverterLSTM
from convflow.modeling.recurrent.cudnn.cells import CudnnCompatibleGRUCell, CudnnCompatibleLSTMCell
from convflow.modeling.recurrent.cudnn.saveables import (
    CudnnGRUSaveable,
    CudnnLSTMSaveable,
    CudnnRNNReluSaveable,
    CudnnRNNTanhSaveable,
)
