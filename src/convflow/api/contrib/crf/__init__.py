"""tf.contrib.crf"""

from convflow.modeling.recurrent.crf.decode import (
    CrfDecodeBackwardRnnCell,
    CrfDecodeForwardRnnCell,
    crf_decode,
    viterbi_decode,
)
from convflow.modeling.recurrent.crf.forward import CrfForwardRnnCell
from convflow.modeling.recurrent.crf.scores import (
    crf_binary_score,
    crf_log_likelihood,
    crf_log_norm,
    crf_multitag_sequence_score,
    crf_sequence_score,
    crf_unary_score,
)
