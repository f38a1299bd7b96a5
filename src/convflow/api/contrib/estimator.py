"""tf.contrib.estimator"""

from convflow.training.estimator.canned.baseline import BaselineEstimator
from convflow.training.estimator.canned.combined import DNNLinearCombinedEstimator
from convflow.training.estimator.canned.dnn import DNNEstimator
from convflow.training.estimator.canned.heads.binary import BinaryClassHead as binary_classification_head
from convflow.training.estimator.canned.heads.multi_class import MultiClassHead as multi_class_head
from convflow.training.estimator.canned.heads.regression import RegressionHead as regression_head
from convflow.training.estimator.canned.linear import LinearEstimator
from convflow.training.estimator.replicate import TowerOptimizer, replicate_model_fn
