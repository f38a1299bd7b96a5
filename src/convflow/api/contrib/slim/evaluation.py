"""tf.contrib.slim.evaluation"""

from convflow.slim.evaluation import (
    evaluation_loop,
)
from convflow.slim.evaluation import slim_evaluate_once as evaluate_once
from convflow.training.checkpoints_iterator import checkpoints_iterator, wait_for_new_checkpoint
from convflow.training.evaluation import StopAfterNEvalsHook, SummaryAtEndHook, get_or_create_eval_step
