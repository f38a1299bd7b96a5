"""The collections of a graph as `CollectionDef` protos, and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from google.protobuf import any_pb2
from google.protobuf.message import DecodeError, Message
from tensorboard.compat.proto import meta_graph_pb2, variable_pb2

from convflow.core import errors, logging
from convflow.formats import messages
from convflow.graph.collections import GraphKeys
from convflow.graph.graph import Graph
from convflow.graph.scoped_names import prepend_name_scope, strip_name_scope
from convflow.modeling.variables.variable import Variable
from convflow.ops.flow_protos import context_from_proto

VARIABLE_COLLECTIONS = (
    GraphKeys.GLOBAL_VARIABLES,
    GraphKeys.LOCAL_VARIABLES,
    GraphKeys.METRIC_VARIABLES,
    GraphKeys.MODEL_VARIABLES,
    GraphKeys.TRAINABLE_VARIABLES,
    GraphKeys.MOVING_AVERAGE_VARIABLES,
    GraphKeys.CONCATENATED_VARIABLES,
    GraphKeys.TRAINABLE_RESOURCE_VARIABLES,
    GraphKeys.GLOBAL_STEP,
)
_CONTEXTS = (GraphKeys.COND_CONTEXT, GraphKeys.WHILE_CONTEXT)
# Stands before the names of what an exported part takes from outside.
UNBOUND_INPUT = "$unbound_inputs_"
# Before this release `VariableDef` did not say whether a variable is trained: its collections did.
_TRAINABLE_SINCE = (1, 9)


class _Kind(NamedTuple):
    """How the items of a collection are written: the message and the way back from it."""

    message: Any
    from_proto: Callable[[Any, str], Any]


_KINDS: dict[str, _Kind] = {
    key: _Kind(variable_pb2.VariableDef, lambda proto, scope: Variable.from_proto(proto, import_scope=scope))
    for key in VARIABLE_COLLECTIONS
}


def register_collection(key: str, message: Any, from_proto: Callable[[Any, str], Any]) -> None:
    """Say how the items of the collection `key` come back from bytes.

    Args:
        message: the proto class that the bytes are of.
        from_proto: takes the message and the scope that stands before all names in it.
    """
    _KINDS[key] = _Kind(message, from_proto)


def included(item: Any, export_scope: str | None, exclude_nodes: Iterable[str] = ()) -> bool:
    """Whether a node, or what has a name, is exported."""
    name = item if isinstance(item, str) else getattr(item, "name", None)
    if name is None or name.lstrip("^").startswith(UNBOUND_INPUT):
        return True
    return name not in exclude_nodes and (not export_scope or name.startswith(export_scope))


def add_collection(
    meta_graph: Any, key: str, items: list[Any], export_scope: str | None = None, exclude_nodes: Iterable[str] = ()
) -> None:
    """Add the items of a collection, if they are of a kind that a `CollectionDef` can hold."""
    items = [item for item in items if included(item, export_scope, exclude_nodes)]
    if not items:
        return
    collection = meta_graph_pb2.CollectionDef()
    try:
        if key in _CONTEXTS:
            items = [item if isinstance(item, Message) else item.to_proto() for item in items]
        _fill(collection, items, export_scope)
    except (AttributeError, TypeError, ValueError) as error:
        logging.warning(
            "Issue encountered when serializing %s.\nType is unsupported, or the types of the items don't match "
            "field type in CollectionDef. Note this is a warning and probably safe to ignore.\n%s",
            key,
            error,
        )
        return
    meta_graph.collection_def[key].CopyFrom(collection)


def _fill(collection: Any, items: list[Any], export_scope: str | None) -> None:
    first = items[0]
    if hasattr(first, "to_proto"):
        protos = [item.to_proto(export_scope=export_scope) for item in items]
        collection.bytes_list.value.extend(proto.SerializeToString() for proto in protos if proto is not None)
    elif isinstance(first, any_pb2.Any):
        collection.any_list.value.extend(items)
    elif isinstance(first, Message):
        collection.bytes_list.value.extend(
            _renamed(item, lambda name: strip_name_scope(name, export_scope)).SerializeToString() for item in items
        )
    elif isinstance(first, (str, bytes)):
        collection.bytes_list.value.extend(item.encode() if isinstance(item, str) else item for item in items)
    elif isinstance(first, int):
        collection.int64_list.value.extend(items)
    elif isinstance(first, float):
        collection.float_list.value.extend(items)
    else:
        collection.node_list.value.extend(strip_name_scope(item.name, export_scope) for item in items)


def restore_collections(meta_graph: Any, graph: Graph, scope: str, skipped: Callable[[str], bool]) -> None:
    """Fill the collections of a graph whose nodes were imported into `scope`."""
    made: dict[bytes, Any] = {}
    # What is trained decides for protos that do not say it, so it comes first.
    keys = sorted(meta_graph.collection_def, key=lambda key: (key != GraphKeys.TRAINABLE_VARIABLES, key))
    says_trainable = _says_trainable(meta_graph.meta_info_def.tensorflow_version)
    for key in keys:
        if skipped(key):
            continue
        collection = meta_graph.collection_def[key]
        kind = collection.WhichOneof("kind")
        if kind is None:
            logging.error("Cannot identify data type for collection %s. Skipping.", key)
            continue
        for place, value in enumerate(getattr(collection, kind).value):
            try:
                if key in VARIABLE_COLLECTIONS and kind == "bytes_list":
                    if value not in made:
                        trainable = None if says_trainable else key == GraphKeys.TRAINABLE_VARIABLES
                        made[value] = _variable(value, key, scope, trainable)
                    item = made[value]
                else:
                    item = _item(graph, key, kind, value, scope)
            except (KeyError, DecodeError) as error:
                raise _unfit(key, place, error) from None
            graph.add_to_collection(key, item)


def _unfit(key: str, place: int, error: Exception) -> errors.OpError:
    reason = error.args[0] if error.args else error
    return errors.InvalidArgumentError(
        None,
        None,
        f"Item {place} of the collection {key} does not fit the graph that it was saved with: {reason} Expected what "
        "tf.train.export_meta_graph wrote; the meta graph is damaged or was put together by hand. Leave the collection "
        "out of it, or export it again.",
    )


def _says_trainable(version: str) -> bool:
    numbers = re.match(r"(\d+)\.(\d+)", version)
    return numbers is None or (int(numbers[1]), int(numbers[2])) >= _TRAINABLE_SINCE


def _variable(value: bytes, key: str, scope: str, trainable: bool | None) -> Any:
    proto = variable_pb2.VariableDef.FromString(value)
    if trainable is not None:
        proto.trainable = trainable
    return _KINDS[key].from_proto(proto, scope)


def _item(graph: Graph, key: str, kind: str, value: Any, scope: str) -> Any:
    if kind == "bytes_list" and key in _KINDS:
        definition = _KINDS[key]
        return definition.from_proto(definition.message.FromString(value), scope)
    if kind == "node_list":
        return graph.as_graph_element(prepend_name_scope(value, scope))
    if kind == "int64_list":
        return int(value)
    if isinstance(value, bytes) and scope:
        # TensorFlow takes texts for names.
        return prepend_name_scope(value.decode(errors="surrogateescape"), scope)
    return value


def _renamed(message: Any, rename: Callable[[str], str]) -> Any:
    """The message with every text in it, which all are names, renamed."""
    result = type(message)()
    result.CopyFrom(message)
    _rename(result, rename)
    return result


def _rename(message: Any, rename: Callable[[str], str]) -> None:
    for field, value in message.ListFields():
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            renamed = {rename(key): rename(item) for key, item in value.items()}
            value.clear()
            value.update(renamed)
        elif field.type == field.TYPE_MESSAGE:
            for part in value if hasattr(value, "add") else [value]:
                _rename(part, rename)
        elif field.type == field.TYPE_STRING:
            if isinstance(value, str):
                setattr(message, field.name, rename(value))
            else:
                value[:] = [rename(item) for item in value]


def _context(proto: Any, scope: str) -> Any:
    return context_from_proto(_renamed(proto, lambda name: prepend_name_scope(name, scope)))


register_collection(GraphKeys.COND_CONTEXT, messages.CondContextDef, _context)
register_collection(GraphKeys.WHILE_CONTEXT, messages.WhileContextDef, _context)
