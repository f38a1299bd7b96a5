"""tensorflow.python.tools.saved_model_utils"""

from convflow.training.saved_model.utils import get_meta_graph_def, get_saved_model_tag_sets, read_saved_model
