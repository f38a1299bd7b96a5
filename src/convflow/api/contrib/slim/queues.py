"""tf.contrib.slim.queues"""

from convflow.slim.queues import NestedQueueRunnerError, QueueRunners
