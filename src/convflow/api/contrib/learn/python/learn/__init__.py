"""tf.contrib.learn.python.learn"""

from convflow.api.contrib.learn.python.learn import datasets, estimators
