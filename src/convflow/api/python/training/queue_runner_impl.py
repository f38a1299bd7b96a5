"""tensorflow.python.training.queue_runner_impl"""

from convflow.training.queue_runner import QueueRunner, add_queue_runner, start_queue_runners
