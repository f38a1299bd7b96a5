"""tensorflow.python.tools.strip_unused"""

from convflow.training.tool_commands import strip_unused_main as run_main
