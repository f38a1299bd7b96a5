"""The settings of boosted trees (API: tf.contrib.boosted_trees.proto.learner_pb2; source: its learner.proto)."""

from __future__ import annotations

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_PACKAGE = "convflow.learner"
_Field = descriptor_pb2.FieldDescriptorProto

# message: its fields as (number, name, type, oneof or ""); a type in capitals is a message or an enum.
_MESSAGES: dict[str, list[tuple[int, str, str, str]]] = {
    "TreeRegularizationConfig": [(1, "l1", "float", ""), (2, "l2", "float", ""), (3, "tree_complexity", "float", "")],
    "TreeConstraintsConfig": [
        (1, "max_tree_depth", "uint32", ""),
        (2, "min_node_weight", "float", ""),
        (3, "max_number_of_unique_feature_columns", "int64", ""),
    ],
    "LearningRateFixedConfig": [(1, "learning_rate", "float", "")],
    "LearningRateLineSearchConfig": [(1, "max_learning_rate", "float", ""), (2, "num_steps", "int32", "")],
    "LearningRateDropoutDrivenConfig": [
        (1, "dropout_probability", "float", ""),
        (2, "probability_of_skipping_dropout", "float", ""),
        (3, "learning_rate", "float", ""),
    ],
    "LearningRateConfig": [
        (1, "fixed", "LearningRateFixedConfig", "tuner"),
        (2, "dropout", "LearningRateDropoutDrivenConfig", "tuner"),
        (3, "line_search", "LearningRateLineSearchConfig", "tuner"),
    ],
    "AveragingConfig": [
        (1, "average_last_n_trees", "float", "config"),
        (2, "average_last_percent_trees", "float", "config"),
    ],
    "LearnerConfig": [
        (1, "num_classes", "uint32", ""),
        (2, "feature_fraction_per_tree", "float", "feature_fraction"),
        (3, "feature_fraction_per_level", "float", "feature_fraction"),
        (4, "regularization", "TreeRegularizationConfig", ""),
        (5, "constraints", "TreeConstraintsConfig", ""),
        (6, "learning_rate_tuner", "LearningRateConfig", ""),
        (8, "pruning_mode", "LearnerConfig.PruningMode", ""),
        (9, "growing_mode", "LearnerConfig.GrowingMode", ""),
        (10, "multi_class_strategy", "LearnerConfig.MultiClassStrategy", ""),
        (11, "averaging_config", "AveragingConfig", ""),
        (12, "weak_learner_type", "LearnerConfig.WeakLearnerType", ""),
    ],
}
_ENUMS = {
    "PruningMode": ("PRUNING_MODE_UNSPECIFIED", "PRE_PRUNE", "POST_PRUNE"),
    "GrowingMode": ("GROWING_MODE_UNSPECIFIED", "WHOLE_TREE", "LAYER_BY_LAYER"),
    "MultiClassStrategy": (
        "MULTI_CLASS_STRATEGY_UNSPECIFIED", "TREE_PER_CLASS", "FULL_HESSIAN", "DIAGONAL_HESSIAN"
    ),
    "WeakLearnerType": ("NORMAL_DECISION_TREE", "OBLIVIOUS_DECISION_TREE"),
}  # fmt: skip


def _add_field(message: Any, number: int, name: str, kind: str, oneof: str) -> None:
    field = message.field.add(name=name, number=number, label=_Field.LABEL_OPTIONAL)
    if kind[0].isupper():
        field.type = _Field.TYPE_ENUM if "." in kind else _Field.TYPE_MESSAGE
        field.type_name = f".{_PACKAGE}.{kind}"
    else:
        field.type = getattr(_Field, f"TYPE_{kind.upper()}")
    if oneof:
        names = [decl.name for decl in message.oneof_decl]
        if oneof not in names:
            message.oneof_decl.add(name=oneof)
            names.append(oneof)
        field.oneof_index = names.index(oneof)


def _build() -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(name=f"{_PACKAGE}.proto", package=_PACKAGE, syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field in fields:
            _add_field(message, *field)
    for name, values in _ENUMS.items():
        enum = file.message_type[-1].enum_type.add(name=name)
        for number, value in enumerate(values):
            enum.value.add(name=value, number=number)
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}")) for name in _MESSAGES
    }


_CLASSES = _build()

TreeRegularizationConfig: Any = _CLASSES["TreeRegularizationConfig"]
TreeConstraintsConfig: Any = _CLASSES["TreeConstraintsConfig"]
LearningRateFixedConfig: Any = _CLASSES["LearningRateFixedConfig"]
LearningRateLineSearchConfig: Any = _CLASSES["LearningRateLineSearchConfig"]
LearningRateDropoutDrivenConfig: Any = _CLASSES["LearningRateDropoutDrivenConfig"]
LearningRateConfig: Any = _CLASSES["LearningRateConfig"]
AveragingConfig: Any = _CLASSES["AveragingConfig"]
LearnerConfig: Any = _CLASSES["LearnerConfig"]
