"""tensorflow.python.pywrap_tensorflow"""

from convflow.training.checkpoint_reader import new_checkpoint_reader as NewCheckpointReader
