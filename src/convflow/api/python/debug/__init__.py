"""tensorflow.python.debug: tensors of runs written to files and read again"""

from convflow.api.python.debug import lib, wrappers
from convflow.training.debugging.dump_dir import (
    DebugDumpDir,
    DebugTensorDatum,
    has_inf_or_nan,
    load_tensor_from_event,
    load_tensor_from_event_file,
)
from convflow.training.debugging.dumping import DumpingDebugHook, DumpingDebugWrapperSession
from convflow.training.debugging.terminal import (
    GrpcDebugHook,
    GrpcDebugWrapperSession,
    LocalCLIDebugHook,
    LocalCLIDebugWrapperSession,
    TensorBoardDebugHook,
    TensorBoardDebugWrapperSession,
)
from convflow.training.debugging.watching import WatchOptions, add_debug_tensor_watch, watch_graph
