"""tf.train"""

from tensorboard.compat.proto.cluster_pb2 import ClusterDef, JobDef
from tensorboard.compat.proto.saver_pb2 import SaverDef

from convflow.api import train_experimental as experimental
from convflow.api import train_queue_runner as queue_runner
from convflow.core.lazy import lazy_submodules as _lazy_submodules
from convflow.formats.event import read_events as summary_iterator
from convflow.formats.example import (
    BytesList,
    Example,
    Feature,
    FeatureList,
    FeatureLists,
    Features,
    FloatList,
    Int64List,
    SequenceExample,
)
from convflow.formats.messages import ServerDef
from convflow.training.checkpoint_management import (
    checkpoint_exists,
    generate_checkpoint_state_proto,
    get_checkpoint_mtimes,
    get_checkpoint_state,
    latest_checkpoint,
    remove_checkpoint,
    update_checkpoint_state,
)
from convflow.training.checkpoint_reader import list_variables, load_checkpoint, load_variable
from convflow.training.checkpoint_reader import new_checkpoint_reader as NewCheckpointReader
from convflow.training.checkpoints_iterator import checkpoints_iterator
from convflow.training.cluster import ClusterSpec
from convflow.training.coordinator import Coordinator, LooperThread
from convflow.training.device_setter import replica_device_setter
from convflow.training.global_step import (
    assert_global_step,
    create_global_step,
    get_global_step,
    get_or_create_global_step,
    global_step,
)
from convflow.training.graph_io import write_graph
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
from convflow.training.init_from_checkpoint import init_from_checkpoint
from convflow.training.input import batch, maybe_batch, maybe_shuffle_batch, shuffle_batch
from convflow.training.input_join import batch_join, maybe_batch_join, maybe_shuffle_batch_join, shuffle_batch_join
from convflow.training.input_producer import (
    input_producer,
    limit_epochs,
    match_filenames_once,
    range_input_producer,
    slice_input_producer,
    string_input_producer,
)
from convflow.training.learning_rates import (
    cosine_decay,
    cosine_decay_restarts,
    exponential_decay,
    inverse_time_decay,
    linear_cosine_decay,
    natural_exp_decay,
    noisy_linear_cosine_decay,
    piecewise_constant,
    polynomial_decay,
)
from convflow.training.learning_rates import piecewise_constant as piecewise_constant_decay
from convflow.training.meta_graph import export_meta_graph
from convflow.training.meta_graph_import import import_meta_graph
from convflow.training.monitored_session import (
    ChiefSessionCreator,
    MonitoredSession,
    MonitoredTrainingSession,
    SessionCreator,
    SingularMonitoredSession,
    WorkerSessionCreator,
)
from convflow.training.moving_averages import ExponentialMovingAverage
from convflow.training.objects.checkpoint import Checkpoint
from convflow.training.objects.manager import CheckpointManager
from convflow.training.optimizers.adadelta import AdadeltaOptimizer
from convflow.training.optimizers.adagrad import AdagradOptimizer
from convflow.training.optimizers.adagrad_da import AdagradDAOptimizer
from convflow.training.optimizers.adam import AdamOptimizer
from convflow.training.optimizers.ftrl import FtrlOptimizer
from convflow.training.optimizers.gradient_descent import GradientDescentOptimizer
from convflow.training.optimizers.momentum import MomentumOptimizer
from convflow.training.optimizers.optimizer import Optimizer
from convflow.training.optimizers.proximal_adagrad import ProximalAdagradOptimizer
from convflow.training.optimizers.proximal_gradient_descent import ProximalGradientDescentOptimizer
from convflow.training.optimizers.rmsprop import RMSPropOptimizer
from convflow.training.optimizers.sync_replicas import SyncReplicasOptimizer
from convflow.training.queue_runner import QueueRunner, add_queue_runner, start_queue_runners
from convflow.training.saver import Saver
from convflow.training.scaffold import Scaffold
from convflow.training.server import Server
from convflow.training.session_manager import SessionManager
from convflow.training.session_run_hook import SessionRunArgs, SessionRunContext, SessionRunHook, SessionRunValues
from convflow.training.supervisor import Supervisor, basic_train_loop
from convflow.training.warm_start import warm_start
from convflow.training.warm_start_vocabulary import VocabInfo

# Names from before TensorFlow 1.0 are answered with their new ones.
__getattr__, __dir__ = _lazy_submodules(__name__)
