"""tf.contrib.seq2seq.python.ops.helper"""

from convflow.modeling.recurrent.seq2seq.helpers import CustomHelper, GreedyEmbeddingHelper, Helper, TrainingHelper
from convflow.modeling.recurrent.seq2seq.sampling_helpers import (
    InferenceHelper,
    SampleEmbeddingHelper,
    ScheduledEmbeddingTrainingHelper,
    ScheduledOutputTrainingHelper,
)
