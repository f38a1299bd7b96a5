"""tensorflow.python.framework.meta_graph"""

from convflow.training.meta_graph import export_meta_graph as export_scoped_meta_graph
