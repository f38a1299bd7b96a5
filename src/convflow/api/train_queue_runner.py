"""tf.train.queue_runner"""

from convflow.training.queue_runner import QueueRunner, add_queue_runner, start_queue_runners
