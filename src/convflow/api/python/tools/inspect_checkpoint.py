"""tensorflow.python.tools.inspect_checkpoint"""

from convflow.training.inspect_checkpoint import print_tensors_in_checkpoint_file
