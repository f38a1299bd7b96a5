"""Operations to run when a SavedModel was loaded (API: tf.saved_model.main_op)."""

from __future__ import annotations

from convflow.graph.collections import GraphKeys
from convflow.graph.operation import Operation
from convflow.graph.scopes import control_dependencies, get_collection, get_default_graph
from convflow.modeling.variables.variable import global_variables_initializer, local_variables_initializer
from convflow.ops.array.identity import group


def main_op() -> Operation:
    """Initializes all variables and tables (API: tf.saved_model.main_op.main_op)."""
    variables, local = global_variables_initializer(), local_variables_initializer()
    tables = group(*get_collection(GraphKeys.TABLE_INITIALIZERS), name="init_all_tables")
    return group(variables, local, tables)


def main_op_with_restore(restore_op_name: str) -> Operation:
    """Initializes everything, then restores (API: tf.saved_model.main_op.main_op_with_restore).

    Args:
        restore_op_name: the name of a saver's operation that restores.
    """
    with control_dependencies([main_op()]):
        return group(get_default_graph().as_graph_element(restore_op_name))
