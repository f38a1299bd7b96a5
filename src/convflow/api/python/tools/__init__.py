"""tensorflow.python.tools"""

from convflow.api.python.tools import (
    freeze_graph,
    import_pb_to_tensorboard,
    inspect_checkpoint,
    saved_model_utils,
    strip_unused,
    strip_unused_lib,
)
