"""tf.contrib.cudnn_rnn.python.layers.cudnn_rnn"""

from convflow.modeling.recurrent.cudnn.layers import CudnnGRU, CudnnLSTM, CudnnRNNRelu, CudnnRNNTanh
