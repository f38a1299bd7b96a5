"""What of TensorFlow's debugger needs a terminal or a server: there for imports alone."""

from __future__ import annotations

from convflow.core.absent import Absent

_PACKAGE = "tensorflow.python.debug"
_ADVICE = f"{_PACKAGE}.DumpingDebugHook writes every run's tensors to files, DebugDumpDir reads them."


def _absent(name: str, reason: str) -> Absent:
    return Absent(f"{_PACKAGE}.{name}", reason, _ADVICE)


_TERMINAL = "its command line is not part of convflow"
_SERVER = "there is no debug server to send tensors to"

LocalCLIDebugHook = _absent("LocalCLIDebugHook", _TERMINAL)
LocalCLIDebugWrapperSession = _absent("LocalCLIDebugWrapperSession", _TERMINAL)
GrpcDebugHook = _absent("GrpcDebugHook", _SERVER)
GrpcDebugWrapperSession = _absent("GrpcDebugWrapperSession", _SERVER)
TensorBoardDebugHook = _absent("TensorBoardDebugHook", _SERVER)
TensorBoardDebugWrapperSession = _absent("TensorBoardDebugWrapperSession", _SERVER)
