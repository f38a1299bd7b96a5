"""tf.estimator"""

from convflow.api.estimator import export, inputs
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
