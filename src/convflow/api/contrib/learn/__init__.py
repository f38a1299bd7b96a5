"""tf.contrib.learn"""

from convflow.api.contrib.learn import datasets, preprocessing, python
from convflow.training.estimator.contrib_run_config import RunConfig
from convflow.training.estimator.mode_keys import ModeKeys
