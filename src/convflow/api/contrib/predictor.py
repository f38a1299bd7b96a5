"""tf.contrib.predictor"""

from convflow.training.saved_model.predictor import from_saved_model
