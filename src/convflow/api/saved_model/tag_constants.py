"""tf.saved_model.tag_constants"""

from convflow.training.saved_model.tag_constants import GPU, SERVING, TPU, TRAINING
