"""tf.contrib.distribute"""

from convflow.training.distribute.contrib import MirroredStrategy
from convflow.training.distribute.current import (
    get_replica_context,
    get_strategy,
    has_strategy,
    in_cross_replica_context,
)
from convflow.training.distribute.strategy import OneDeviceStrategy
from convflow.training.distribute.strategy import Strategy as DistributionStrategy
