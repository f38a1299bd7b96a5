"""tf.contrib.staging"""

from convflow.ops.staging import StagingArea
