"""tensorflow.python.training.sync_replicas_optimizer"""

from convflow.training.optimizers.sync_replicas import SyncReplicasOptimizer
