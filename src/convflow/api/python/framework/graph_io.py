"""tensorflow.python.framework.graph_io"""

from convflow.training.graph_io import write_graph
