"""tensorflow.python.debug.lib.debug_data"""

from convflow.training.debugging.dump_dir import (
    DebugDumpDir,
    DebugTensorDatum,
    has_inf_or_nan,
    load_tensor_from_event,
    load_tensor_from_event_file,
)
