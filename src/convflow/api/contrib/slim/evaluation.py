"""tf.contrib.slim.evaluation"""

from convflow.slim.evaluation import (
    checkpoints_iterator,
    evaluation_loop,
    wait_for_new_checkpoint,
)
from convflow.slim.evaluation import slim_evaluate_once as evaluate_once
from convflow.training.evaluation import StopAfterNEvalsHook, SummaryAtEndHook, get_or_create_eval_step
