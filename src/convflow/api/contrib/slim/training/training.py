"""tf.contrib.slim.training.training"""

from convflow.slim.gradients import (
    add_gradients_summaries,
    clip_gradient_norms,
    clip_gradient_norms_fn,
    multiply_gradients,
)
from convflow.slim.train_op import create_train_op
from convflow.slim.training import train
