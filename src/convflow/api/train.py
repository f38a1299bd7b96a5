"""tf.train"""

from tensorboard.compat.proto.saver_pb2 import SaverDef

from convflow.formats.event import read_events as summary_iterator
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
from convflow.training.global_step import (
    assert_global_step,
    create_global_step,
    get_global_step,
    get_or_create_global_step,
    global_step,
)
from convflow.training.meta_graph import export_meta_graph
from convflow.training.optimizers.adam import AdamOptimizer
from convflow.training.optimizers.gradient_descent import GradientDescentOptimizer
from convflow.training.optimizers.optimizer import Optimizer
from convflow.training.saver import Saver
