"""tensorflow.python.tools.freeze_graph"""

from convflow.training.freeze_graph import freeze_graph
