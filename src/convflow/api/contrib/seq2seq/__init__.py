"""tf.contrib.seq2seq"""

from convflow.modeling.recurrent.seq2seq.attention import AttentionMechanism, BahdanauAttention, LuongAttention
from convflow.modeling.recurrent.seq2seq.attention_wrapper import AttentionWrapper, AttentionWrapperState
from convflow.modeling.recurrent.seq2seq.basic_decoder import BasicDecoder, BasicDecoderOutput
from convflow.modeling.recurrent.seq2seq.beam_arrays import gather_tree_from_array
from convflow.modeling.recurrent.seq2seq.beam_search_decoder import BeamSearchDecoder, FinalBeamSearchDecoderOutput
from convflow.modeling.recurrent.seq2seq.beam_step import BeamSearchDecoderOutput, BeamSearchDecoderState
from convflow.modeling.recurrent.seq2seq.decoder import Decoder, dynamic_decode
from convflow.modeling.recurrent.seq2seq.helpers import CustomHelper, GreedyEmbeddingHelper, Helper, TrainingHelper
from convflow.modeling.recurrent.seq2seq.loss import sequence_loss
from convflow.modeling.recurrent.seq2seq.memory import hardmax
from convflow.modeling.recurrent.seq2seq.monotonic import (
    BahdanauMonotonicAttention,
    LuongMonotonicAttention,
    monotonic_attention,
    safe_cumprod,
)
from convflow.modeling.recurrent.seq2seq.sampling_helpers import (
    InferenceHelper,
    SampleEmbeddingHelper,
    ScheduledEmbeddingTrainingHelper,
    ScheduledOutputTrainingHelper,
)
from convflow.modeling.recurrent.seq2seq.tile import tile_batch
from convflow.ops.gather_tree import gather_tree
