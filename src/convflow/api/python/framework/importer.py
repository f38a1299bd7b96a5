"""tensorflow.python.framework.importer"""

from convflow.graph.importer import import_graph_def
