"""tf.contrib.seq2seq"""

from convflow.modeling.recurrent.seq2seq.attention import AttentionMechanism, BahdanauAttention, LuongAttention
from convflow.modeling.recurrent.seq2seq.attention_wrapper import AttentionWrapper, AttentionWrapperState
from convflow.modeling.recurrent.seq2seq.basic_decoder import BasicDecoder, BasicDecoderOutput
from convflow.modeling.recurrent.seq2seq.decoder import Decoder, dynamic_decode
from convflow.modeling.recurrent.seq2seq.helpers import CustomHelper, GreedyEmbeddingHelper, Helper, TrainingHelper
from convflow.modeling.recurrent.seq2seq.loss import sequence_loss
from convflow.modeling.recurrent.seq2seq.memory import hardmax
from convflow.modeling.recurrent.seq2seq.sampling_helpers import (
    InferenceHelper,
    SampleEmbeddingHelper,
    ScheduledEmbeddingTrainingHelper,
    ScheduledOutputTrainingHelper,
)
from convflow.modeling.recurrent.seq2seq.tile import tile_batch
