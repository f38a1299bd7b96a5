"""tf.graph_util"""

from convflow.graph.importer import import_graph_def
from convflow.graph.sub_graph import (
    extract_sub_graph,
    must_run_on_cpu,
    remove_training_nodes,
    tensor_shape_from_node_def_name,
)
from convflow.training.freeze import convert_variables_to_constants
