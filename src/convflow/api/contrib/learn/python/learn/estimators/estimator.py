"""tf.contrib.learn.python.learn.estimators.estimator"""

from convflow.training.estimator.contrib_learn.learner import Estimator
from convflow.training.estimator.contrib_learn.sk_compat import SKCompat, infer_real_valued_columns_from_input
