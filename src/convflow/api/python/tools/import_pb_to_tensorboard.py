"""tensorflow.python.tools.import_pb_to_tensorboard"""

from convflow.training.import_pb_to_tensorboard import import_to_tensorboard
from convflow.training.tool_commands import import_pb_to_tensorboard_main as run_main
