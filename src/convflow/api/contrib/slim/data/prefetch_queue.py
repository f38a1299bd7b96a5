"""tf.contrib.slim.data.prefetch_queue"""

from convflow.slim.data.prefetch_queue import prefetch_queue
