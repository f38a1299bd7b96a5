"""Protobuf messages of checkpoints and meta graphs that `tensorboard.compat.proto` lacks, built from one table.

Sources: TensorFlow's tensor_bundle.proto, tensor_slice.proto, checkpoint_state.proto, control_flow.proto,
queue_runner.proto, reader_base.proto, tensorflow_server.proto, tfprof_output.proto.
"""

from __future__ import annotations

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from tensorboard.compat.proto import cluster_pb2, config_pb2, tensor_shape_pb2, types_pb2, versions_pb2

_PACKAGE = "convflow"
_IMPORTED = (cluster_pb2, config_pb2, tensor_shape_pb2, types_pb2, versions_pb2)
_SHAPE = tensor_shape_pb2.TensorShapeProto.DESCRIPTOR.full_name
_VERSION = versions_pb2.VersionDef.DESCRIPTOR.full_name
_CLUSTER = cluster_pb2.ClusterDef.DESCRIPTOR.full_name
_CONFIG = config_pb2.ConfigProto.DESCRIPTOR.full_name
_DATA_TYPE = types_pb2.DESCRIPTOR.enum_types_by_name["DataType"].full_name

# message: its fields as (number, name, type, "repeated", "oneof NAME" or ""); a nested message follows its parent. A
# type with a dot is a message or enum.
_MESSAGES: dict[str, list[tuple[int, str, str, str]]] = {
    "BundleHeaderProto": [
        (1, "num_shards", "int32", ""),
        (2, "endianness", ".convflow.Endianness", ""),
        (3, "version", f".{_VERSION}", ""),
    ],
    "TensorSliceProto": [(1, "extent", ".convflow.TensorSliceProto.Extent", "repeated")],
    "TensorSliceProto.Extent": [
        (1, "start", "int64", ""),
        (2, "length", "int64", "oneof has_length"),
    ],
    "BundleEntryProto": [
        (1, "dtype", f".{_DATA_TYPE}", ""),
        (2, "shape", f".{_SHAPE}", ""),
        (3, "shard_id", "int32", ""),
        (4, "offset", "int64", ""),
        (5, "size", "int64", ""),
        (6, "crc32c", "fixed32", ""),
        (7, "slices", ".convflow.TensorSliceProto", "repeated"),
    ],
    "CheckpointState": [
        (1, "model_checkpoint_path", "string", ""),
        (2, "all_model_checkpoint_paths", "string", "repeated"),
        (3, "all_model_checkpoint_timestamps", "double", "repeated"),
        (4, "last_preserved_timestamp", "double", ""),
    ],
    "ValuesDef": [
        (1, "values", "string", "repeated"),
        (2, "external_values", ".convflow.ValuesDef.ExternalValuesEntry", "repeated"),
    ],
    "ValuesDef.ExternalValuesEntry": [(1, "key", "string", ""), (2, "value", "string", "")],
    "CondContextDef": [
        (1, "context_name", "string", ""),
        (2, "pred_name", "string", ""),
        (3, "pivot_name", "string", ""),
        (4, "branch", "int32", ""),
        (5, "values_def", ".convflow.ValuesDef", ""),
        (6, "nested_contexts", ".convflow.ControlFlowContextDef", "repeated"),
    ],
    "WhileContextDef": [
        (1, "context_name", "string", ""),
        (2, "parallel_iterations", "int32", ""),
        (3, "back_prop", "bool", ""),
        (4, "swap_memory", "bool", ""),
        (5, "pivot_name", "string", ""),
        (6, "pivot_for_pred_name", "string", ""),
        (7, "pivot_for_body_name", "string", ""),
        (8, "loop_exit_names", "string", "repeated"),
        (9, "values_def", ".convflow.ValuesDef", ""),
        (10, "loop_enter_names", "string", "repeated"),
        (11, "maximum_iterations_name", "string", ""),
        (12, "nested_contexts", ".convflow.ControlFlowContextDef", "repeated"),
    ],
    "ControlFlowContextDef": [
        (1, "cond_ctxt", ".convflow.CondContextDef", "oneof ctxt"),
        (2, "while_ctxt", ".convflow.WhileContextDef", "oneof ctxt"),
    ],
    "QueueRunnerDef": [
        (1, "queue_name", "string", ""),
        (2, "enqueue_op_name", "string", "repeated"),
        (3, "close_op_name", "string", ""),
        (4, "cancel_op_name", "string", ""),
        # An enum of error codes, which are written as their numbers.
        (5, "queue_closed_exception_types", "int32", "repeated"),
    ],
    "ReaderBaseState": [
        (1, "work_started", "int64", ""),
        (2, "work_finished", "int64", ""),
        (3, "num_records_produced", "int64", ""),
        (4, "current_work", "bytes", ""),
    ],
    "GraphNodeProto": [
        (1, "name", "string", ""),
        (2, "exec_micros", "int64", ""),
        (3, "requested_bytes", "int64", ""),
        (4, "parameters", "int64", ""),
        (6, "total_exec_micros", "int64", ""),
        (7, "total_requested_bytes", "int64", ""),
        (8, "total_parameters", "int64", ""),
        (10, "devices", "string", "repeated"),
        (11, "shapes", f".{_SHAPE}", "repeated"),
        (12, "children", ".convflow.GraphNodeProto", "repeated"),
        (13, "float_ops", "int64", ""),
        (14, "total_float_ops", "int64", ""),
        (17, "accelerator_exec_micros", "int64", ""),
        (18, "cpu_exec_micros", "int64", ""),
        (19, "total_accelerator_exec_micros", "int64", ""),
        (20, "total_cpu_exec_micros", "int64", ""),
        (21, "run_count", "int64", ""),
        (22, "total_run_count", "int64", ""),
        (23, "total_definition_count", "int64", ""),
        (24, "peak_bytes", "int64", ""),
        (25, "residual_bytes", "int64", ""),
        (26, "output_bytes", "int64", ""),
        (27, "total_peak_bytes", "int64", ""),
        (28, "total_residual_bytes", "int64", ""),
        (29, "total_output_bytes", "int64", ""),
    ],
    "MultiGraphNodeProto": [
        (1, "name", "string", ""),
        (2, "exec_micros", "int64", ""),
        (3, "requested_bytes", "int64", ""),
        (4, "parameters", "int64", ""),
        (5, "float_ops", "int64", ""),
        (6, "total_exec_micros", "int64", ""),
        (7, "total_requested_bytes", "int64", ""),
        (8, "total_parameters", "int64", ""),
        (9, "total_float_ops", "int64", ""),
        (10, "graph_nodes", ".convflow.GraphNodeProto", "repeated"),
        (11, "children", ".convflow.MultiGraphNodeProto", "repeated"),
        (12, "accelerator_exec_micros", "int64", ""),
        (13, "cpu_exec_micros", "int64", ""),
        (14, "total_accelerator_exec_micros", "int64", ""),
        (15, "total_cpu_exec_micros", "int64", ""),
        (16, "peak_bytes", "int64", ""),
        (17, "residual_bytes", "int64", ""),
        (18, "output_bytes", "int64", ""),
        (19, "total_peak_bytes", "int64", ""),
        (20, "total_residual_bytes", "int64", ""),
        (21, "total_output_bytes", "int64", ""),
    ],
    "ServerDef": [
        (1, "cluster", f".{_CLUSTER}", ""),
        (2, "job_name", "string", ""),
        (3, "task_index", "int32", ""),
        (4, "default_session_config", f".{_CONFIG}", ""),
        (5, "protocol", "string", ""),
        (6, "port", "int32", ""),
        (8, "replica", "int32", ""),
    ],
}
_ENUMS = {"Endianness": {"LITTLE": 0, "BIG": 1}}

_Field = descriptor_pb2.FieldDescriptorProto


def _build() -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(
        name="convflow/formats/messages.proto",
        package=_PACKAGE,
        syntax="proto3",
        dependency=[module.DESCRIPTOR.name for module in _IMPORTED],
    )
    for name, values in _ENUMS.items():
        enum = file.enum_type.add(name=name)
        for value_name, number in values.items():
            enum.value.add(name=value_name, number=number)
    made: dict[str, descriptor_pb2.DescriptorProto] = {}
    for name, fields in _MESSAGES.items():
        parent, _, own_name = name.rpartition(".")
        message = made[parent].nested_type.add() if parent else file.message_type.add()
        message.name = own_name
        # How a map field is described: pairs of this message.
        message.options.map_entry = own_name.endswith("Entry")
        made[name] = message
        for field in fields:
            _add_field(message, *field)
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}"))
        for name in _MESSAGES
        if "." not in name
    }


def _add_field(message: descriptor_pb2.DescriptorProto, number: int, name: str, type_name: str, label: str) -> None:
    field = message.field.add(name=name, number=number)
    field.label = _Field.LABEL_REPEATED if label == "repeated" else _Field.LABEL_OPTIONAL
    if label.startswith("oneof "):
        field.oneof_index = _oneof(message, label.removeprefix("oneof "))
    if "." not in type_name:
        field.type = getattr(_Field, "TYPE_" + type_name.upper())
        return
    field.type_name = type_name
    is_enum = type_name == f".{_DATA_TYPE}" or type_name.rpartition(".")[2] in _ENUMS
    field.type = _Field.TYPE_ENUM if is_enum else _Field.TYPE_MESSAGE


def _oneof(message: descriptor_pb2.DescriptorProto, name: str) -> int:
    names = [oneof.name for oneof in message.oneof_decl]
    if name not in names:
        message.oneof_decl.add(name=name)
        return len(names)
    return names.index(name)


_CLASSES = _build()

BundleHeaderProto: Any = _CLASSES["BundleHeaderProto"]
BundleEntryProto: Any = _CLASSES["BundleEntryProto"]
TensorSliceProto: Any = _CLASSES["TensorSliceProto"]
CheckpointState: Any = _CLASSES["CheckpointState"]
CondContextDef: Any = _CLASSES["CondContextDef"]
WhileContextDef: Any = _CLASSES["WhileContextDef"]
QueueRunnerDef: Any = _CLASSES["QueueRunnerDef"]
ReaderBaseState: Any = _CLASSES["ReaderBaseState"]
ServerDef: Any = _CLASSES["ServerDef"]
GraphNodeProto: Any = _CLASSES["GraphNodeProto"]
MultiGraphNodeProto: Any = _CLASSES["MultiGraphNodeProto"]
