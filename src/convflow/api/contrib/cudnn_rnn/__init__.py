"""tf.contrib.cudnn_rnn"""

from convflow.modeling.recurrent.cudnn.cells import CudnnCompatibleGRUCell, CudnnCompatibleLSTMCell
from convflow.modeling.recurrent.cudnn.layers import CudnnGRU, CudnnLSTM, CudnnRNNRelu, CudnnRNNTanh
from convflow.modeling.recurrent.cudnn.saveables import (
    CudnnGRUSaveable,
    CudnnLSTMSaveable,
    CudnnRNNReluSaveable,
    CudnnRNNTanhSaveable,
)
