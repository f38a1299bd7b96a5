"""tf.contrib.cudnn_rnn.python.layers"""

from convflow.modeling.recurrent.cudnn.layers import CudnnGRU, CudnnLSTM, CudnnRNNRelu, CudnnRNNTanh
