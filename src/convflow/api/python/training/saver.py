"""tensorflow.python.training.saver"""

from convflow.api.train import (
    Saver,
    checkpoint_exists,
    export_meta_graph,
    get_checkpoint_mtimes,
    get_checkpoint_state,
    import_meta_graph,
    latest_checkpoint,
    update_checkpoint_state,
)
