"""tf.contrib.learn"""

from convflow.api.contrib.learn import datasets, preprocessing, python
from convflow.training.estimator.contrib_learn.canned import (
    DNNClassifier,
    DNNLinearCombinedClassifier,
    DNNLinearCombinedRegressor,
    DNNRegressor,
    LinearClassifier,
    LinearRegressor,
)
from convflow.training.estimator.contrib_learn.learner import Estimator
from convflow.training.estimator.contrib_learn.sk_compat import (
    SKCompat,
    infer_real_valued_columns_from_input,
    infer_real_valued_columns_from_input_fn,
)
from convflow.training.estimator.contrib_learn.specs import MetricSpec, ModeKeys, ModelFnOps, PredictionKey
from convflow.training.estimator.contrib_run_config import RunConfig
