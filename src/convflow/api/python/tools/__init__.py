"""tensorflow.python.tools"""

from convflow.api.python.tools import freeze_graph, inspect_checkpoint
