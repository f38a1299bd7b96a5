"""tf.contrib.slim.learning"""

from convflow.slim.gradients import add_gradients_summaries, clip_gradient_norms, multiply_gradients
from convflow.slim.learning import train, train_step
from convflow.slim.train_op import create_learning_train_op as create_train_op
