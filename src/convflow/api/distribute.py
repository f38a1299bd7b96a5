"""tf.distribute"""

from convflow.training.distribute.current import (
    get_replica_context,
    get_strategy,
    has_strategy,
    in_cross_replica_context,
)
from convflow.training.distribute.extended import StrategyExtended
from convflow.training.distribute.inputs import InputReplicationMode
from convflow.training.distribute.reduce_op import ReduceOp
from convflow.training.distribute.replica import InputContext, ReplicaContext
from convflow.training.distribute.strategy import MirroredStrategy, OneDeviceStrategy, Strategy
from convflow.training.server import Server
