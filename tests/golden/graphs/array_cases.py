"""Calls of array and reduction functions whose graphs are compared node by node with TensorFlow's.

The same file runs under the oracle (`record_array_graphs.py`) and here; `tf` and `P(shape, dtype)`, a placeholder,
are handed in. Calls that TensorFlow refuses are cases too: the class of the error is compared.
"""

import numpy as np


def cases(tf):
    def P(shape, dtype=tf.float32):
        return tf.placeholder(dtype, shape)

    return {
        "sum scalar": lambda: tf.reduce_sum(P(())),
        "sum unk": lambda: tf.reduce_sum(P(None)),
        "sum unk keep": lambda: tf.reduce_sum(P(None), keepdims=True),
        "sum rank2": lambda: tf.reduce_sum(P((None, 3)), name="q"),
        "sum list": lambda: tf.reduce_sum([[1.0, 2.0], [3.0, 4.0]]),
        "sum nparr": lambda: tf.reduce_sum(np.ones((2, 3))),
        "mean ax": lambda: tf.reduce_mean(P((None, 3)), 1),
        "mean ax tensor": lambda: tf.reduce_mean(P((None, 3)), P(None, tf.int32)),
        "bad ax": lambda: tf.reduce_mean(P((None, 3)), 2),
        "both": lambda: tf.reduce_mean(P((None, 3)), 2, reduction_indices=1),
        "logsumexp": lambda: tf.reduce_logsumexp(P((None, 3)), 1),
        "logsumexp all": lambda: tf.reduce_logsumexp(P((None, 3))),
        "logsumexp unk": lambda: tf.reduce_logsumexp(P(None)),
        "logsumexp keep": lambda: tf.reduce_logsumexp(P((2, 3)), keepdims=True),
        "matmul": lambda: tf.matmul(P((None, 3)), P((3, 4))),
        "matmul t": lambda: tf.matmul(P((None, 3)), P((4, 3)), transpose_b=True, name="mm"),
        "matmul unk": lambda: tf.matmul(P(None), P((4, 3))),
        "matmul unk2": lambda: tf.matmul(P(None), P(None)),
        "matmul 3": lambda: tf.matmul(P((2, 5, 3)), P((2, 3, 4)), transpose_a=False, adjoint_b=False),
        "matmul 3t": lambda: tf.matmul(P((2, 3, 5)), P((2, 3, 4)), transpose_a=True),
        "matmul 3t complex": lambda: tf.matmul(
            P((2, 3, 5), tf.complex64), P((2, 3, 4), tf.complex64), transpose_a=True
        ),
        "matmul 2 adj complex": lambda: tf.matmul(P((3, 5), tf.complex64), P((3, 4), tf.complex64), adjoint_a=True),
        "matmul 2 adj real": lambda: tf.matmul(P((3, 5)), P((3, 4)), adjoint_a=True),
        "matmul list": lambda: tf.matmul([[1.0, 2.0]], P((2, 4))),
        "matmul list2": lambda: tf.matmul(P((2, 4)), [[1], [2], [3], [4]]),
        "matmul bad": lambda: tf.matmul(P((2, 4)), P((3, 4))),
        "matmul bad rank": lambda: tf.matmul(P((2,)), P((3, 4))),
        "matmul both": lambda: tf.matmul(P((2, 2)), P((2, 4)), transpose_a=True, adjoint_a=True),
        "matmul 3x2": lambda: tf.matmul(P((2, 5, 3)), P((3, 4))),
        "matmul sparse": lambda: tf.matmul(P((5, 3)), P((3, 4)), a_is_sparse=True),
        "matmul int8": lambda: tf.matmul(P((5, 3), tf.int8), P((3, 4), tf.int8)),
        "argmax": lambda: tf.argmax(P((None, 3)), 1),
        "argmax none": lambda: tf.argmax(P((None, 3))),
        "argmax dim": lambda: tf.argmax(P((None, 3)), dimension=1, name="z", output_type=tf.int32),
        "argmin unk ax": lambda: tf.argmin(P((None, 3)), P((), tf.int32)),
        "argmax list": lambda: tf.argmax([[1, 2], [3, 4]], 0),
        "onehot": lambda: tf.one_hot(P((None,), tf.int64), 10),
        "onehot dt mism": lambda: tf.one_hot([1, 2], 10, on_value=5.0, dtype=tf.int32),
        "onehot dt mism2": lambda: tf.one_hot([1, 2], 10, on_value=5, off_value=1.0),
        "onehot bad": lambda: tf.one_hot(P((None,)), 3),
        "where": lambda: tf.where(P((None, 3), tf.bool)),
        "where3": lambda: tf.where(P((None, 3), tf.bool), P((None, 3)), P((2, 3))),
        "where3 vec": lambda: tf.where(P((4,), tf.bool), P((None, 3)), P((4, 3)), name="w"),
        "where v2": lambda: tf.where_v2(P((4, 1), tf.bool), P((None, 3)), 1.0),
        "where lists": lambda: tf.where([True, False], [1, 2], [3, 4]),
        "where x only": lambda: tf.where([True, False], [1, 2]),
        "where bad": lambda: tf.where(P((4,), tf.bool), P((3, 3)), P((3, 3))),
        "where float": lambda: tf.where(P((4,))),
        "reshape": lambda: tf.reshape(P((None, 28, 28)), [-1, 784]),
        "reshape2": lambda: tf.reshape(P((None, 28, 28)), [-1, 784], name="r"),
        "reshape bad": lambda: tf.reshape(P((3, 5)), [2, -1]),
        "reshape badm": lambda: tf.reshape(P((3, 5)), [-1, -1]),
        "reshape unk": lambda: tf.reshape(P(None), P((3,), tf.int32)),
        "reshape mixed": lambda: tf.reshape(P((None, 4, 3)), [tf.shape(P((None, 2)))[0], -1]),
        "reshape const": lambda: tf.reshape([1, 2, 3, 4], (2, 2)),
        "gi 0": lambda: P((None, 3))[0],
        "gi slice": lambda: P((None, 3))[1:, ..., tf.newaxis, 0],
        "gi neg": lambda: P((4, 3))[::-1, -1],
        "gi tensor": lambda: P((4, 3))[P((), tf.int32)],
        "gi tensor mixed": lambda: P((4, 3))[P((), tf.int32) :, 1],
        "gi tensor i64": lambda: P((4, 3))[P((), tf.int64), 1:],
        "gi np64": lambda: P((4, 3))[np.int64(1), 1:],
        "gi mask": lambda: P((4, 3))[P((4,), tf.bool)],
        "gi list": lambda: P((4, 3))[[1, 2]],
        "gi empty": lambda: P((4, 3))[()],
        "gi bad": lambda: P((4, 3))[4],
        "gi bad2": lambda: P((4, 3))[0, 0, 0],
        "gi float": lambda: P((4, 3))[1.0],
        "gi unk dim range": lambda: P((None, 3))[0:2],
        "gi unk rank": lambda: P(None)[0:2],
        "mask": lambda: tf.boolean_mask(P((None, 3)), P((None,), tf.bool)),
        "mask 2d": lambda: tf.boolean_mask(P((4, 3, 2)), P((4, 3), tf.bool)),
        "mask axis": lambda: tf.boolean_mask(P((4, 3, 2)), P((3,), tf.bool), axis=1, name="bm"),
        "mask list": lambda: tf.boolean_mask([1, 2, 3], [True, False, True]),
        "strided fn2": lambda: tf.strided_slice(P((4, 3)), [0, 0], [2, 2], [1, 1], name="s", shrink_axis_mask=1),
        "slice": lambda: tf.slice(P((None, 3)), [0, 1], [-1, 2]),
        "slice2": lambda: tf.slice(P((None, 3)), [0, 1], [2, -1], name="s"),
        "slice bad": lambda: tf.slice(P((4, 3)), [0, 1], [2, 5]),
        "stack": lambda: tf.stack([P((None, 3)), P((2, 3))]),
        "stack ax": lambda: tf.stack([P((None, 3)), P((2, 3))], axis=-1, name="st"),
        "stack const": lambda: tf.stack([1, 2, 3]),
        "stack const ax": lambda: tf.stack([[1, 2], [3, 4]], axis=1),
        "stack mix": lambda: tf.stack([P(()), 2.0, 3]),
        "stack mix ax1": lambda: tf.stack([P((2,)), [2.0, 3]], axis=1),
        "stack dtype": lambda: tf.stack([P((2,)), P((2,), tf.int32)]),
        "stack bad": lambda: tf.stack([P((2,)), P((3,))]),
        "stack bad axis": lambda: tf.stack([P((2,)), P((2,))], axis=2),
        "stack one": lambda: tf.stack([P((2,))]),
        "stack tensor": lambda: tf.stack(P((2, 3))),
        "pack nested": lambda: tf.convert_to_tensor([[P(()), 1.0], [2.0, 3.0]]),
        "pack nested2": lambda: tf.reshape(P((None,)), [[P((), tf.int32), 1], [2, 3]][0]),
        "pack nested name": lambda: tf.convert_to_tensor([[P(()), 1.0], [2.0, 3.0]], name="zz"),
        "pack cast": lambda: tf.convert_to_tensor([P((), tf.int64), 1], dtype=tf.float32),
        "pack list arg to identity": lambda: tf.identity([P(()), 1.0]),
        "unstack": lambda: tf.unstack(P((2, 3))),
        "unstack ax": lambda: tf.unstack(P((None, 3)), axis=1, name="u"),
        "unstack num": lambda: tf.unstack(P((None, 3)), num=4),
        "unstack fail": lambda: tf.unstack(P((None, 3))),
        "unstack unk": lambda: tf.unstack(P(None)),
        "unstack list": lambda: tf.unstack([1, 2]),
        "concat": lambda: tf.concat([P((None, 3)), P((None, 4))], 1),
        "concat neg": lambda: tf.concat([P((None, 3)), P((2, 3))], -2, name="c"),
        "concat one": lambda: tf.concat([P((None, 3))], 1),
        "concat one b": lambda: tf.concat(P((None, 3)), 1),
        "concat lists": lambda: tf.concat([[1, 2], [3]], 0),
        "concat mix": lambda: tf.concat([P((None,)), [3]], 0),
        "concat axis t": lambda: tf.concat([P((None, 3)), P((None, 3))], P((), tf.int32)),
        "concat bad": lambda: tf.concat([P((2, 3)), P((3, 4))], 1),
        "concat bad ax": lambda: tf.concat([P((2, 3)), P((2, 4))], 2),
        "concat dt": lambda: tf.concat([P((2, 3)), P((2, 4), tf.int32)], 1),
        "expand": lambda: tf.expand_dims(P((None, 3)), -1),
        "expand dim": lambda: tf.expand_dims(P((None, 3)), dim=0, name="e"),
        "expand none": lambda: tf.expand_dims(P((None, 3))),
        "expand bad": lambda: tf.expand_dims(P((None, 3)), 4),
        "squeeze": lambda: tf.squeeze(P((1, 3, 1))),
        "squeeze ax": lambda: tf.squeeze(P((None, 3, 1)), [2]),
        "squeeze ax int": lambda: tf.squeeze(P((1, 3, 1)), 0, name="s"),
        "squeeze unk": lambda: tf.squeeze(P((None, 3, 1))),
        "squeeze dims": lambda: tf.squeeze(P((1, 3, 1)), squeeze_dims=[-1]),
        "squeeze bad": lambda: tf.squeeze(P((1, 3, 1)), [1]),
        "squeeze bad2": lambda: tf.squeeze(P((1, 3, 1)), [3]),
        "transpose": lambda: tf.transpose(P((None, 3, 4)), [2, 0, 1]),
        "transpose none": lambda: tf.transpose(P((None, 3, 4))),
        "transpose none unk": lambda: tf.transpose(P(None), name="t"),
        "transpose conj": lambda: tf.transpose(P((2, 3), tf.complex64), conjugate=True),
        "transpose bad": lambda: tf.transpose(P((2, 3)), [0, 0]),
        "transpose bad2": lambda: tf.transpose(P((2, 3)), [0]),
        "mtranspose": lambda: tf.matrix_transpose(P((2, 3, None))),
        "mtranspose unk": lambda: tf.matrix_transpose(P(None)),
        "split": lambda: tf.split(P((None, 6)), 3, 1),
        "split sizes": lambda: tf.split(P((None, 6)), [1, 2, -1], axis=1, name="s"),
        "split t": lambda: tf.split(P((None, 6)), P((2,), tf.int32), axis=1),
        "split tu": lambda: tf.split(P((None, 6)), P(None, tf.int32), axis=1, num=2),
        "split tu bad": lambda: tf.split(P((None, 6)), P(None, tf.int32), axis=1),
        "split bad": lambda: tf.split(P((None, 6)), 4, 1),
        "split bad2": lambda: tf.split(P((None, 6)), [1, 2], 1),
        "split const": lambda: tf.split([1, 2, 3, 4], 2),
        "tile": lambda: tf.tile(P((None, 3)), [2, 2]),
        "tile t": lambda: tf.tile(P((None, 3)), P((2,), tf.int32)),
        "tile bad": lambda: tf.tile(P((None, 3)), [2]),
        "pad": lambda: tf.pad(P((None, 3)), [[1, 1], [0, 2]]),
        "pad cv": lambda: tf.pad(P((None, 3)), [[1, 1], [0, 2]], constant_values=2, name="pp"),
        "pad cv t": lambda: tf.pad(P((None, 3)), [[1, 1], [0, 2]], constant_values=P(())),
        "pad refl": lambda: tf.pad(P((None, 3)), [[1, 1], [0, 2]], "REFLECT"),
        "pad sym": lambda: tf.pad(P((4, 3)), [[1, 1], [0, 2]], "symmetric"),
        "pad bad mode": lambda: tf.pad(P((4, 3)), [[1, 1], [0, 2]], "foo"),
        "pad bad": lambda: tf.pad(P((4, 3)), [[1, 1]]),
        "pad refl bad": lambda: tf.pad(P((4, 3)), [[1, 1], [0, 3]], "REFLECT"),
        "pad t": lambda: tf.pad(P((4, 3)), P((2, 2), tf.int32)),
        "pad t unk": lambda: tf.pad(P((4, 3)), [[0, P((), tf.int32)], [0, 0]]),
        "range": lambda: tf.range(5),
        "range2": lambda: tf.range(1, 10, 2, name="r"),
        "range f": lambda: tf.range(0, 1, 0.1),
        "range t": lambda: tf.range(P((), tf.int32)),
        "range t64": lambda: tf.range(P((), tf.int64)),
        "range dt": lambda: tf.range(5, dtype=tf.float32),
        "range bad": lambda: tf.range(5, 1),
        "range bad0": lambda: tf.range(5, 1, 0),
        "range dt mism": lambda: tf.range(P((), tf.int32), dtype=tf.int64),
        "gather": lambda: tf.gather(P((None, 3)), P((5,), tf.int32)),
        "gather ax": lambda: tf.gather(P((None, 3)), [1, 2], axis=1, name="g"),
        "gather scalar": lambda: tf.gather(P((None, 3)), 0),
        "gather bd": lambda: tf.gather(P((2, 3)), P((2, 4), tf.int32), batch_dims=1),
        "gather bad": lambda: tf.gather(P((2, 3)), P((2, 4), tf.int32), axis=2),
        "broadcast_to": lambda: tf.broadcast_to(P((None, 1)), [2, 3]),
        "broadcast_to bad": lambda: tf.broadcast_to(P((3, 2)), [2, 3]),
        "invperm": lambda: tf.invert_permutation([1, 0, 2]),
        "reverse": lambda: tf.reverse(P((2, 3)), [0]),
        "reverse b": lambda: tf.reverse(P((2, 3)), axis=[-1], name="r"),
        "cumsum": lambda: tf.cumsum(P((2, 3)), 1),
        "cumprod": lambda: tf.cumprod(P((2, 3)), axis=-1, exclusive=True, reverse=True, name="c"),
        "fill": lambda: tf.fill([2, 3], 9),
        "fill t": lambda: tf.fill([P((), tf.int32), 3], 9.0, name="f"),
        "zeros": lambda: tf.zeros([2, 3]),
        "zeros big": lambda: tf.zeros([200, 30]),
        "zeros t": lambda: tf.zeros([P((), tf.int32), 3], name="z"),
        "zeros t64": lambda: tf.zeros(P((2,), tf.int64), tf.int32),
        "zeros tup": lambda: tf.zeros((P((), tf.int32), 3)),
        "zeros scal": lambda: tf.zeros(5),
        "zeros []": lambda: tf.zeros([]),
        "ones bool": lambda: tf.ones([2], tf.bool),
        "zeros str": lambda: tf.zeros([2], tf.string),
        "ones TS": lambda: tf.ones(tf.TensorShape([2, 3])),
        "zeros_like": lambda: tf.zeros_like(P((2, 3))),
        "zeros_like u": lambda: tf.zeros_like(P((None, 3))),
        "zeros_like udt": lambda: tf.zeros_like(P((None, 3)), dtype=tf.int32, name="zl"),
        "zeros_like list": lambda: tf.zeros_like([1, 2]),
        "ones_like": lambda: tf.ones_like(P((2, 3))),
        "ones_like u": lambda: tf.ones_like(P((None, 3)), dtype=tf.int32),
        "shape": lambda: tf.shape(P((None, 3)), out_type=tf.int64),
        "size": lambda: tf.size(P((None, 3))),
        "rank": lambda: tf.rank(P(None)),
        "rank list": lambda: tf.rank([[1]]),
        "shape list": lambda: tf.shape([[1]], name="x"),
        "shape_n": lambda: tf.shape_n([P((None, 3)), P((2,))]),
        "identity": lambda: tf.identity(3.0),
        "where64": lambda: tf.where(P((None,), tf.int64)),
        "count_nonzero": lambda: tf.count_nonzero(P((2, 3))),
        "clip": lambda: tf.clip_by_value(P((None, 3)), 0.0, 1.0),
        "clip n": lambda: tf.clip_by_value(P((None, 3)), P(()), 1, name="c"),
        "snd": lambda: tf.scatter_nd([[1]], [2.0], [4]),
    }


def describe(graph):
    """A line a node: type, name, inputs, static shapes, attributes, a constant's value."""
    return [_line(op) for op in graph.get_operations()]


# Types follow from the inputs; 1.15 has no grad_x ... bad_indices_policy.
_LEFT_OUT = {
    *("value", "dtype", "shape", "grad_a", "grad_b", "grad_x", "grad_y", "bad_indices_policy"),
    *("allowed_devices", "debug_name"),
}


def _line(op):
    attrs = {name: _plain(op.get_attr(name)) for name in op.node_def.attr if name not in _LEFT_OUT and name[0] != "_"}
    texts = [f"{name}={attrs[name]}" for name in sorted(attrs)]
    if op.type == "Const":
        texts.append(f"value={_constant(op.node_def.attr['value'].tensor)}")
    inputs = ", ".join(tensor.name for tensor in op.inputs)
    shapes = ", ".join(str(tensor.shape) for tensor in op.outputs)
    return f"{op.type} {op.name}({inputs}) -> {shapes} {' '.join(texts)}".rstrip()


def _plain(value):
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, float):
        return float(np.float32(value))  # attributes are stored so
    return getattr(value, "name", value)


_FIELDS = {
    1: ("float_val", "f4"),
    2: ("double_val", "f8"),
    3: ("int_val", "i4"),
    9: ("int64_val", "i8"),
    10: ("bool_val", "?"),
}


def _constant(message):
    shape = [dim.size for dim in message.tensor_shape.dim]
    if message.dtype not in _FIELDS:
        return list(message.string_val)
    field, dtype = _FIELDS[message.dtype]
    if message.tensor_content:
        flat = np.frombuffer(message.tensor_content, dtype)
    else:
        flat = np.array(getattr(message, field), dtype)
        count = int(np.prod(shape))
        # Elements left out repeat the last one; with none at all they are zero.
        flat = np.concatenate([flat, np.full(count - flat.size, flat[-1] if flat.size else 0, dtype)])
    return f"{dtype}{flat.reshape(shape).tolist()}"


def record(tf):
    """What each case builds, or the class of the error."""
    return built(tf, cases(tf))


def built(tf, calls):
    """What each of the calls builds, or the class of its error."""
    found = {}
    for name, build in calls.items():
        with tf.Graph().as_default() as graph:
            try:
                build()
            except Exception as error:
                found[name] = [f"raises {type(error).__name__}"]
            else:
                found[name] = describe(graph)
    return found
