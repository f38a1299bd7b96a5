"""tf.contrib.slim.training.evaluation"""

from convflow.slim.evaluation import (
    evaluate_repeatedly,
)
from convflow.training.checkpoints_iterator import checkpoints_iterator, wait_for_new_checkpoint
from convflow.training.evaluation import (
    StopAfterNEvalsHook,
    SummaryAtEndHook,
    evaluate_once,
    get_or_create_eval_step,
)
