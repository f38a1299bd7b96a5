"""tf.keras.wrappers.scikit_learn"""

from convflow.training.keras.scikit_learn import KerasClassifier, KerasRegressor
