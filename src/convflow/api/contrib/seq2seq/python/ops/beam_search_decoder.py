"""tf.contrib.seq2seq.python.ops.beam_search_decoder"""

from convflow.modeling.recurrent.seq2seq.beam_arrays import gather_tree_from_array
from convflow.modeling.recurrent.seq2seq.beam_search_decoder import BeamSearchDecoder, FinalBeamSearchDecoderOutput
from convflow.modeling.recurrent.seq2seq.beam_step import BeamSearchDecoderOutput, BeamSearchDecoderState
from convflow.modeling.recurrent.seq2seq.beam_step import length_penalty as _length_penalty
from convflow.modeling.recurrent.seq2seq.tile import tile_batch
