"""tensorflow.python.tools.inspect_checkpoint"""

from convflow.training.inspect_checkpoint import parse_numpy_printoption, print_tensors_in_checkpoint_file
from convflow.training.tool_commands import inspect_checkpoint_main as run_main
