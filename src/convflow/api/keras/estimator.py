"""tf.keras.estimator"""

from convflow.training.keras.estimator import model_to_estimator
