"""tf.contrib.slim.training.evaluation"""

from convflow.slim.evaluation import (
    checkpoints_iterator,
    evaluate_repeatedly,
    wait_for_new_checkpoint,
)
from convflow.training.evaluation import (
    StopAfterNEvalsHook,
    SummaryAtEndHook,
    evaluate_once,
    get_or_create_eval_step,
)
