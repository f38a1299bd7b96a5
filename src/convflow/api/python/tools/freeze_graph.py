"""tensorflow.python.tools.freeze_graph"""

from convflow.training.freeze_graph import freeze_graph
from convflow.training.tool_commands import freeze_graph_main as run_main
