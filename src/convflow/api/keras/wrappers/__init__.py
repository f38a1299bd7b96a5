"""tf.keras.wrappers"""

from convflow.api.keras.wrappers import scikit_learn
