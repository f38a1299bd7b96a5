"""tf.contrib.learn"""

from convflow.api.contrib.learn import datasets, python
