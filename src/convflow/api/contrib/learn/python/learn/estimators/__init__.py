"""tf.contrib.learn.python.learn.estimators"""

from convflow.api.contrib.learn.python.learn.estimators import estimator
