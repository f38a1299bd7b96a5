"""tf.estimator"""

from convflow.api.estimator import export, inputs, tpu
from convflow.training.estimator.boosted.core import BoostedTreesClassifier, BoostedTreesRegressor
from convflow.training.estimator.canned.baseline import BaselineClassifier, BaselineEstimator, BaselineRegressor
from convflow.training.estimator.canned.combined import (
    DNNLinearCombinedClassifier,
    DNNLinearCombinedEstimator,
    DNNLinearCombinedRegressor,
)
from convflow.training.estimator.canned.dnn import DNNClassifier, DNNEstimator, DNNRegressor
from convflow.training.estimator.canned.heads.binary import BinaryClassHead
from convflow.training.estimator.canned.heads.head import Head
from convflow.training.estimator.canned.heads.multi_class import MultiClassHead
from convflow.training.estimator.canned.heads.regression import RegressionHead
from convflow.training.estimator.canned.linear import LinearClassifier, LinearEstimator, LinearRegressor
from convflow.training.estimator.canned.parsing import classifier_parse_example_spec, regressor_parse_example_spec
from convflow.training.estimator.estimator import Estimator
from convflow.training.estimator.exporters import BestExporter, Exporter, FinalExporter, LatestExporter
from convflow.training.estimator.mode_keys import ModeKeys
from convflow.training.estimator.run_config import RunConfig
from convflow.training.estimator.spec import EstimatorSpec
from convflow.training.estimator.train_and_evaluate import EvalSpec, TrainSpec, train_and_evaluate
from convflow.training.estimator.warm_start_settings import WarmStartSettings
from convflow.training.hooks.profiling import ProfilerHook
from convflow.training.hooks.reporting import (
    FeedFnHook,
    FinalOpsHook,
    LoggingTensorHook,
    StepCounterHook,
    SummarySaverHook,
)
from convflow.training.hooks.saving import CheckpointSaverHook, CheckpointSaverListener
from convflow.training.hooks.stopping import (
    GlobalStepWaiterHook,
    NanLossDuringTrainingError,
    NanTensorHook,
    StopAtStepHook,
)
from convflow.training.hooks.timing import SecondOrStepTimer
from convflow.training.session_run_hook import SessionRunArgs, SessionRunContext, SessionRunHook, SessionRunValues
