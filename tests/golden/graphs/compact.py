"""A graph as few short lines: type, name, inputs, control inputs, static shapes, attributes, collections.

Standard library and NumPy only: the same file describes TensorFlow's graphs and ours. The scope that most names
begin with is written `~`, the scope of the node itself `.` in the rest of its line.
"""

from collections import Counter

import array_cases


def record(tf, calls):
    """What each of the calls builds, or the class of its error."""
    found = {}
    for name, build in calls.items():
        with tf.Graph().as_default() as graph:
            try:
                result = build()
            except Exception as error:
                found[name] = [f"raises {type(error).__name__}"]
                continue
            found[name] = [*describe(graph), f"returns {_result(tf, result)}"]
    return found


def describe(graph):
    operations = graph.get_operations()
    scopes = Counter(op.name.partition("/")[0] for op in operations if "/" in op.name)
    scope = scopes.most_common(1)[0][0] if scopes else None
    lines = [_line(op) for op in operations if op.type != "Placeholder"]
    for key in sorted(key for key in graph.get_all_collection_keys() if key != "cond_context"):
        members = [str(getattr(item, "name", item)) for item in graph.get_collection(key)]
        lines.append(f"collection {key}: {', '.join(members)}")
    return [line if scope is None else _replaced(line, scope, "~") for line in lines]


def _line(op):
    inputs = ", ".join(tensor.name.removesuffix(":0") for tensor in op.inputs)
    outputs = ", ".join(f"{_SHORT.get(t.dtype.name, t.dtype.name)}{t.shape}" for t in op.outputs)
    control = [f"^{item.name}" for item in op.control_inputs]
    groups = [group.decode() for group in op.colocation_groups() if group != b"loc:@" + op.name.encode()]
    line = " ".join([f"{op.type} {op.name}({inputs}) {outputs}", *_attrs(op), *control, *groups])
    own = op.name.rpartition("/")[0]
    head, _, rest = line.partition("(")
    return f"{head}({_replaced(rest, own, '.')}" if own else line


_SHORT = {"float32": "f4", "float64": "f8", "int32": "i4", "int64": "i8", "bool": "b"}


def _attrs(op):
    if op.type == "Const":
        return [f"= {array_cases._constant(op.node_def.attr['value'].tensor)}"]
    defaults = {attr.name: attr.default_value for attr in op.op_def.attr if attr.HasField("default_value")}
    return [
        f"{name}={array_cases._plain(op.get_attr(name))}"
        for name in sorted(op.node_def.attr)
        # Types follow from inputs and outputs.
        if name[0] not in "_T" and name not in array_cases._LEFT_OUT and defaults.get(name) != op.node_def.attr[name]
    ]


def _replaced(text, scope, short):
    text = f"({text}"
    for before in (" ", "(", "^", "@"):
        text = text.replace(f"{before}{scope}/", f"{before}{short}/")
    return text[1:]


def _result(tf, result):
    if isinstance(result, (list, tuple)):
        return f"[{', '.join(_result(tf, item) for item in result)}]"
    if isinstance(result, tf.SparseTensor):
        return f"sparse({result.indices.name}, {result.values.name}, {result.dense_shape.name})"
    if isinstance(result, tf.Operation) or hasattr(result, "mark_used"):
        return "an operation"
    return str(getattr(result, "name", result))
