"""Calls of functions that sort, place, fill, cut up, check and convert, whose graphs are compared with TensorFlow's.

As `array_cases.py`, of which this is the continuation: `P(shape, dtype)` is a placeholder.
"""

import array_cases
import numpy as np


def _placeholder(tf):
    def P(shape, dtype=tf.float32):
        return tf.placeholder(dtype, shape)

    return P


def ordering(tf):
    P = _placeholder(tf)
    return {
        "top_k": lambda: tf.nn.top_k(P((None, 5)), 2),
        "top_k default": lambda: tf.nn.top_k(P((3, 5)), name="best"),
        "top_k fed": lambda: tf.nn.top_k(P((3, 5)), P((), tf.int32), sorted=False),
        "top_k unknown": lambda: tf.nn.top_k(P(None), 2),
        "top_k list": lambda: tf.math.top_k([1.0, 3.0, 2.0], k=2),
        "top_k too many": lambda: tf.nn.top_k(P((3, 5)), 6),
        "top_k scalar": lambda: tf.nn.top_k(P(()), 1),
        "top_k negative": lambda: tf.nn.top_k(P((3, 5)), -1),
        "in_top_k": lambda: tf.nn.in_top_k(P((None, 5)), P((None,), tf.int32), 2),
        "in_top_k long": lambda: tf.nn.in_top_k(P((4, 5)), P((4,), tf.int64), 1, name="hit"),
        "in_top_k keywords": lambda: tf.nn.in_top_k(predictions=P((4, 5)), targets=P((None,), tf.int64), k=1),
        "in_top_k disagree": lambda: tf.nn.in_top_k(P((4, 5)), P((3,), tf.int32), 1),
        "in_top_k rank": lambda: tf.nn.in_top_k(P((4,)), P((4,), tf.int32), 1),
        "sort": lambda: tf.sort(P((None, 5))),
        "sort down": lambda: tf.sort(P((None, 5)), direction="DESCENDING", name="s"),
        "sort axis": lambda: tf.sort(P((3, 5)), axis=0),
        "sort axis down": lambda: tf.sort(P((3, None, 4)), axis=1, direction="DESCENDING"),
        "sort axis last": lambda: tf.sort(P((3, 5)), axis=1),
        "sort ints": lambda: tf.sort(P((3, 5), tf.int32)),
        "sort unsigned": lambda: tf.sort(P((3, 5), tf.uint8)),
        "sort list": lambda: tf.sort([3, 1, 2]),
        "sort unknown": lambda: tf.sort(P(None)),
        "sort unknown axis": lambda: tf.sort(P(None), axis=0),
        "sort unknown axis -2": lambda: tf.sort(P(None), axis=-2, direction="DESCENDING"),
        "sort direction": lambda: tf.sort(P((3,)), direction="UP"),
        "sort axis fed": lambda: tf.sort(P((3, 4)), axis=P((), tf.int32)),
        "argsort": lambda: tf.argsort(P((None, 5))),
        "argsort down": lambda: tf.argsort(P((3, 5)), axis=0, direction="DESCENDING", stable=True, name="a"),
        "argsort ints": lambda: tf.argsort(P((3,), tf.int64)),
        "argsort unsigned": lambda: tf.argsort(P((3,), tf.uint8)),
        "searchsorted": lambda: tf.searchsorted(P((7,)), P((3,))),
        "searchsorted right": lambda: tf.searchsorted(P((2, 7)), P((2, 3)), side="right", name="ss"),
        "searchsorted unknown": lambda: tf.searchsorted(P((None, 7)), P((None, 3)), out_type=tf.int64),
        "searchsorted lists": lambda: tf.searchsorted([1, 3, 5], [2, 4]),
        "searchsorted side": lambda: tf.searchsorted(P((7,)), P((3,)), side="middle"),
        "unique": lambda: tf.unique(P((None,), tf.int32)),
        "unique long": lambda: tf.unique([1, 1, 2], out_idx=tf.int64, name="u"),
        "unique matrix": lambda: tf.unique(P((2, 3))),
        "unique_with_counts": lambda: tf.unique_with_counts(P((4,), tf.string)),
        "unique_with_counts long": lambda: tf.unique_with_counts(P(None), tf.int64, name="u"),
        "setdiff1d": lambda: tf.setdiff1d([1, 2, 3], P((None,), tf.int32)),
        "setdiff1d long": lambda: tf.setdiff1d(P((3,)), [1.0], index_dtype=tf.int64, name="d"),
        "roll": lambda: tf.roll(P((None, 3)), 1, 0),
        "roll two": lambda: tf.roll(P((None, 3)), [1, -2], [0, 1], name="r"),
        "roll fed": lambda: tf.roll(P(None), P((), tf.int64), axis=-1),
        "roll scalar": lambda: tf.roll(P(()), 1, 0),
        "roll lengths": lambda: tf.roll(P((2, 3)), [1, 2, 3], [0, 1]),
        "reverse_sequence": lambda: tf.reverse_sequence(P((4, None, 3)), P((4,), tf.int32), seq_axis=1),
        "reverse_sequence old": lambda: tf.reverse_sequence(P((5, 4)), [1, 2, 3, 4], seq_dim=0, batch_dim=1, name="r"),
        "reverse_sequence disagree": lambda: tf.reverse_sequence(P((5, 4)), [1, 2, 3], seq_axis=1),
        "reverse_sequence same": lambda: tf.reverse_sequence(P((5, 4)), [1, 2, 3], seq_axis=0, batch_axis=0),
        "reverse_sequence unknown": lambda: tf.reverse_sequence(P(None), P(None, tf.int64), 1, 0),
        "reverse list": lambda: tf.reverse([1, 2, 3], [0]),
        "reverse negative": lambda: tf.reverse(P((2, 3)), [-1]),
        "reverse twice": lambda: tf.reverse(P((2, 3)), [1, -1]),
        "reverse bools": lambda: tf.reverse(P((2, 3)), [True, False]),
        "reverse scalar axis": lambda: tf.reverse(P((2, 3)), 1),
    }


def placing(tf):
    P = _placeholder(tf)
    return {
        "gather_nd": lambda: tf.gather_nd(P((None, 3)), P((5, 2), tf.int32)),
        "gather_nd batch": lambda: tf.gather_nd(P((4, 3, 2)), P((4, 2, 1), tf.int32), batch_dims=1),
        "gather_nd batch unknown": lambda: tf.gather_nd(P((None, 3, 2)), P((None, 2, 1), tf.int32), batch_dims=1),
        "gather_nd batch name": lambda: tf.gather_nd(P((4, 3, 2)), P((4, 3, 1), tf.int64), name="g", batch_dims=2),
        "gather_nd batch disagree": lambda: tf.gather_nd(P((4, 3, 2)), P((3, 2, 1), tf.int32), batch_dims=1),
        "gather_nd batch rank": lambda: tf.gather_nd(P(None), P((3, 2, 1), tf.int32), batch_dims=1),
        "batch_gather": lambda: tf.batch_gather(P((4, 3, 2)), P((4, 5), tf.int32)),
        "batch_gather unknown": lambda: tf.batch_gather(P((None, 3)), P((None, 5), tf.int32), name="b"),
        "batch_gather rank": lambda: tf.batch_gather(P((4, 3)), P(None, tf.int32)),
        "gather batch axis": lambda: tf.gather(P((4, 3, 2)), P((4, 5), tf.int32), axis=2, batch_dims=1),
        "gather negative": lambda: tf.gather(P((4, 3, 2)), [0, 1], axis=-1),
        "gather axis fed": lambda: tf.gather(P((4, 3)), [0, 1], axis=P((), tf.int32)),
        "gather list": lambda: tf.gather([1.0, 2.0], [[0], [1]], name="g"),
        "gather batch -1": lambda: tf.gather(P((4, 3)), P((4, 5), tf.int32), batch_dims=-1),
        "scatter_nd": lambda: tf.scatter_nd(P((4, 1), tf.int32), P((4, 3)), [8, 3]),
        "scatter_nd fed": lambda: tf.scatter_nd(P((None, 2), tf.int32), P((None,)), P((2,), tf.int32)),
        "scatter_nd packed": lambda: tf.scatter_nd([[0]], P((1, 3)), [P((), tf.int32), 3], name="s"),
        "scatter_nd updates": lambda: tf.scatter_nd(P((4, 1), tf.int32), P((4, 2)), [8, 3]),
        "tensor_scatter_nd_update": lambda: tf.tensor_scatter_nd_update(P((8,)), [[1], [2]], [1.0, 2.0]),
        "tensor_scatter_update name": lambda: tf.tensor_scatter_update(P((8, 2)), [[1]], P((1, 2)), name="t"),
        "tensor_scatter_nd_add": lambda: tf.tensor_scatter_nd_add(P((None, 2)), P((3, 1), tf.int64), P((3, 2))),
        "tensor_scatter_add name": lambda: tf.tensor_scatter_add(P((8,)), [[1]], [1.0], name="t"),
        "tensor_scatter_sub": lambda: tf.tensor_scatter_sub(P((8,)), [[1]], [1.0]),
        "tensor_scatter_nd_max": lambda: tf.tensor_scatter_nd_max(P((8,)), [[1]], [1.0]),
        "tensor_scatter_nd_min": lambda: tf.tensor_scatter_nd_min(P((8,)), [[1]], [1.0]),
        "tensor_scatter updates": lambda: tf.tensor_scatter_nd_add(P((8, 2)), [[1]], P((1, 3))),
        "where vector": lambda: tf.where(P((None,), tf.bool), P((None,)), P((None,))),
        "where_v2 indices": lambda: tf.where_v2(P((None, 2), tf.bool)),
        "where_v2 name": lambda: tf.where_v2(P((3, 1), tf.bool), P((1, 4)), P((3, 4)), name="w"),
        "where_v2 numbers": lambda: tf.where_v2(P((3,), tf.bool), 1.0, 0.0),
        "where_v2 disagree": lambda: tf.where_v2(P((3,), tf.bool), P((4,)), 0.0),
        "boolean_mask axis fed": lambda: tf.boolean_mask(P((4, 3, 2)), P((3,), tf.bool), axis=P((), tf.int32)),
        "boolean_mask numpy": lambda: tf.boolean_mask(P((3, 2)), np.array([True, False, True])),
        "boolean_mask axis 1": lambda: tf.boolean_mask(P((None, 3, 2)), P((3, 2), tf.bool), axis=1),
        "boolean_mask scalar": lambda: tf.boolean_mask(P((3,)), P((), tf.bool)),
        "boolean_mask unknown": lambda: tf.boolean_mask(P((3,)), P(None, tf.bool)),
        "boolean_mask disagree": lambda: tf.boolean_mask(P((3,)), P((4,), tf.bool)),
        "dynamic_partition": lambda: tf.dynamic_partition(P((None, 3)), P((None,), tf.int32), 2),
        "dynamic_partition name": lambda: tf.dynamic_partition(P((4,)), [0, 1, 1, 0], 3, name="d"),
        "dynamic_partition shapes": lambda: tf.dynamic_partition(P((4,)), [0, 1], 2),
        "dynamic_stitch": lambda: tf.dynamic_stitch([[0, 2], [1]], [P((2, 3)), P((1, 3))]),
        "dynamic_stitch name": lambda: tf.dynamic_stitch([P((None,), tf.int32)], [P((None, 3))], name="d"),
        "parallel_stack": lambda: tf.parallel_stack([P((2, 3)), P((2, 3))]),
        "parallel_stack name": lambda: tf.parallel_stack([P((2,)), [1.0, 2.0]], name="p"),
        "one_hot list": lambda: tf.one_hot([1, 2], 3),
        "one_hot array": lambda: tf.one_hot(np.array([1, 2]), 3),
        "one_hot number": lambda: tf.one_hot(1, 3, name="o"),
        "one_hot axis": lambda: tf.one_hot(P((None, 2), tf.uint8), 3, axis=0, dtype=tf.int32),
        "one_hot depth fed": lambda: tf.one_hot(P((None,), tf.int32), P((), tf.int32)),
        "one_hot strings": lambda: tf.one_hot([1], 2, on_value="yes", off_value="no"),
        "one_hot bools": lambda: tf.one_hot([1], 2, True, False),
        "one_hot on": lambda: tf.one_hot([1], 2, on_value=5.0),
        "unravel_index": lambda: tf.unravel_index([22, 41], (7, 6)),
        "unravel_index scalar": lambda: tf.unravel_index(P((), tf.int64), P((3,), tf.int64), name="u"),
        "sequence_mask": lambda: tf.sequence_mask([1, 3, 2], 5),
        "sequence_mask unknown": lambda: tf.sequence_mask(P((None,), tf.int32)),
        "sequence_mask dtype": lambda: tf.sequence_mask(P((2, 3), tf.int64), 4, dtype=tf.float32, name="m"),
        "sequence_mask fed": lambda: tf.sequence_mask(P((2,), tf.int32), P((), tf.int32), tf.int32),
        "sequence_mask list": lambda: tf.sequence_mask([[1, 3], [2, 0]]),
        "sequence_mask unknown rank": lambda: tf.sequence_mask(P(None, tf.int32)),
        "sequence_mask vector": lambda: tf.sequence_mask([1, 3], maxlen=[4]),
    }


def filling(tf):
    P = _placeholder(tf)
    return {
        "eye": lambda: tf.eye(3),
        "eye columns": lambda: tf.eye(3, 4, dtype=tf.int32, name="e"),
        "eye wide": lambda: tf.eye(4, num_columns=2),
        "eye batch": lambda: tf.eye(2, batch_shape=[3]),
        "eye batch columns": lambda: tf.eye(2, 3, batch_shape=[3, 1]),
        "eye fed": lambda: tf.eye(P((), tf.int32)),
        "eye fed columns": lambda: tf.eye(P((), tf.int32), P((), tf.int32)),
        "eye batch fed": lambda: tf.eye(2, batch_shape=P((1,), tf.int32)),
        "eye scalar batch": lambda: tf.eye(2, batch_shape=3),
        "meshgrid": lambda: tf.meshgrid(P((None,)), P((3,))),
        "meshgrid ij": lambda: tf.meshgrid(P((2,)), P((3,)), indexing="ij", name="m"),
        "meshgrid lists": lambda: tf.meshgrid([1, 2], [3, 4, 5]),
        "meshgrid one": lambda: tf.meshgrid([1.0, 2.0]),
        "meshgrid three": lambda: tf.meshgrid(P((2,)), P((3,)), P((4,))),
        "meshgrid three ij": lambda: tf.meshgrid(P((2,)), P((3,)), P((4,)), indexing="ij"),
        "meshgrid bad": lambda: tf.meshgrid([1], [2], indexing="yx"),
        "meshgrid key": lambda: tf.meshgrid([1], [2], sparse=True),
        "range float32": lambda: tf.range(3.0),
        "range mixed": lambda: tf.range(0, 3.5),
        "range numpy": lambda: tf.range(np.int64(3)),
        "range long": lambda: tf.range(P((), tf.int32), P((), tf.int64)),
        "range dtype keyword": lambda: tf.range(start=1, limit=5, delta=2, dtype=tf.int64, name="x"),
        "zeros number": lambda: tf.zeros(3, name="z"),
        "zeros Dimension": lambda: tf.zeros([tf.Dimension(2), 3]),
        "zeros numpy": lambda: tf.zeros(np.array([2, 3])),
        "zeros tensor": lambda: tf.zeros(P((2,), tf.int32), tf.bool),
        "zeros complex": lambda: tf.zeros([2], tf.complex64),
        "ones list of tensors": lambda: tf.ones([P((), tf.int32)], tf.int64),
        "ones big": lambda: tf.ones([100, 100], name="o"),
        "ones string": lambda: tf.ones([2], tf.string),
        "ones_like numbers": lambda: tf.ones_like([1.0, 2.0], name="o"),
        "ones_like no optimize": lambda: tf.ones_like(P((2, 3)), optimize=False),
        "zeros_like no optimize": lambda: tf.zeros_like(P((2, 3)), optimize=False),
        "zeros_like string": lambda: tf.zeros_like(P((2,), tf.string)),
        "fill long": lambda: tf.fill(np.array([2, 3], np.int64), 1.0),
        "fill vector": lambda: tf.fill([2], [1.0, 2.0]),
        "fill matrix": lambda: tf.fill([[2]], 1.0),
        "diag": lambda: tf.diag(P((3,))),
        "diag matrix": lambda: tf.diag(P((2, None)), name="d"),
        "diag list": lambda: tf.diag([1, 2]),
        "diag scalar": lambda: tf.diag(P(())),
        "diag_part": lambda: tf.diag_part(P((3, 3))),
        "diag_part 4": lambda: tf.diag_part(P((2, None, None, 3)), name="d"),
        "diag_part disagree": lambda: tf.diag_part(P((3, 4))),
        "diag_part odd": lambda: tf.diag_part(P((3, 3, 3))),
        "matrix_diag": lambda: tf.matrix_diag(P((None, 3))),
        "matrix_diag k": lambda: tf.matrix_diag(P((2, 3)), k=1, name="m"),
        "matrix_diag band": lambda: tf.matrix_diag(P((2, 3)), k=(-1, 0), padding_value=9.0),
        "matrix_diag sizes": lambda: tf.linalg.diag(P((3,)), k=-1, num_rows=5, num_cols=4, align="LEFT_RIGHT"),
        "matrix_diag ints": lambda: tf.matrix_diag([1, 2, 3]),
        "matrix_diag bool": lambda: tf.matrix_diag(P((2,), tf.bool)),
        "matrix_diag scalar": lambda: tf.matrix_diag(P(())),
        "matrix_diag_part": lambda: tf.matrix_diag_part(P((None, 3, 4))),
        "matrix_diag_part k": lambda: tf.linalg.diag_part(P((3, 4)), k=(0, 2), padding_value=1.0, name="p"),
        "matrix_diag_part vector": lambda: tf.matrix_diag_part(P((3,))),
        "matrix_diag_part far": lambda: tf.matrix_diag_part(P((3, 4)), k=5),
        "matrix_set_diag": lambda: tf.matrix_set_diag(P((2, 3, 4)), P((2, 3))),
        "matrix_set_diag k": lambda: tf.linalg.set_diag(P((3, 4)), P((3,)), k=1, name="s"),
        "matrix_band_part": lambda: tf.matrix_band_part(P((None, 3, 4)), 1, -1),
        "matrix_band_part fed": lambda: tf.linalg.band_part(P((3, 3)), P((), tf.int32), 0, name="b"),
        "matrix_band_part vector": lambda: tf.matrix_band_part(P((3,)), 1, -1),
        "tensor_diag_part": lambda: tf.linalg.tensor_diag_part(P((3, 3)), name="t"),
        "tensor_diag": lambda: tf.linalg.tensor_diag(P((3,))),
        "matrix_transpose": lambda: tf.linalg.transpose(P((2, 3)), conjugate=True),
        "repeat": lambda: tf.repeat(P((3,)), 2),
        "repeat each": lambda: tf.repeat(P((3, 2)), [1, 2, 3], axis=0, name="r"),
        "repeat unknown": lambda: tf.repeat(P((None, 2)), P((None,), tf.int32), axis=0),
        "repeat each axis 1": lambda: tf.repeat(P((3, 2)), [1, 2], axis=1),
        "repeat axis": lambda: tf.repeat(P((3, 2)), repeats=3, axis=-1),
        "repeat number": lambda: tf.repeat(3, repeats=4),
        "repeat list": lambda: tf.repeat([[1, 2], [3, 4]], repeats=2),
        "repeat fed": lambda: tf.repeat(P((3,)), P((), tf.int32), axis=0),
        "repeat rank": lambda: tf.repeat(P((3,)), [[1]], axis=0),
        "broadcast_to vector": lambda: tf.broadcast_to(P((3,)), [2, 3], name="b"),
        "broadcast_to fed": lambda: tf.broadcast_to(P((3,)), P((None,), tf.int32)),
        "broadcast_dynamic_shape": lambda: tf.broadcast_dynamic_shape(P((2,), tf.int32), P((None,), tf.int32)),
        "broadcast_dynamic_shape lists": lambda: tf.broadcast_dynamic_shape([1, 2, 3], [5, 1, 3]),
    }


def cutting(tf):
    P = _placeholder(tf)
    return {
        "space_to_depth": lambda: tf.space_to_depth(P((None, 4, 6, 2)), 2),
        "space_to_depth NCHW": lambda: tf.space_to_depth(P((1, 2, 4, 6)), 2, name="s", data_format="NCHW"),
        "space_to_depth odd": lambda: tf.space_to_depth(P((1, 5, 4, 2)), 2),
        "space_to_depth one": lambda: tf.space_to_depth(P((1, 4, 4, 2)), 1),
        "space_to_depth rank": lambda: tf.nn.space_to_depth(P((4, 4, 2)), 2),
        "space_to_depth unknown": lambda: tf.nn.space_to_depth(P((None, None, 4, None)), 2),
        "depth_to_space": lambda: tf.depth_to_space(P((None, 2, 3, 8)), 2),
        "depth_to_space NCHW": lambda: tf.depth_to_space(P((1, 8, 2, None)), 2, name="d", data_format="NCHW"),
        "depth_to_space odd": lambda: tf.nn.depth_to_space(P((1, 5, 4, 6)), 2),
        "space_to_batch": lambda: tf.space_to_batch(P((2, 4, 4, 1)), [[0, 0], [0, 0]], 2),
        "space_to_batch name": lambda: tf.space_to_batch(P((2, 4, 4, 1)), [[0, 0], [0, 0]], block_size=2, name="s"),
        "space_to_batch_nd": lambda: tf.space_to_batch_nd(P((2, 4, 4, 1)), [2, 2], [[1, 1], [0, 0]]),
        "space_to_batch_nd one": lambda: tf.space_to_batch_nd(P((None, 6)), [3], [[0, 0]], name="s"),
        "space_to_batch_nd odd": lambda: tf.space_to_batch_nd(P((2, 5, 4, 1)), [2, 2], [[0, 0], [0, 0]]),
        "batch_to_space": lambda: tf.batch_to_space(P((8, 2, 2, 1)), [[0, 1], [0, 0]], 2),
        "batch_to_space_nd": lambda: tf.batch_to_space_nd(P((8, 2, 2, 1)), [2, 2], [[1, 1], [0, 0]]),
        "batch_to_space_nd crops": lambda: tf.batch_to_space_nd(P((8, 2, 2, 1)), [2, 2], [[3, 2], [0, 0]]),
        "batch_to_space_nd batch": lambda: tf.batch_to_space_nd(P((6, 2, 2, 1)), [2, 2], [[0, 0], [0, 0]]),
        "required paddings": lambda: tf.required_space_to_batch_paddings([5, 6], [2, 4]),
        "required paddings base": lambda: tf.required_space_to_batch_paddings(
            [5, 6], [2, 4], [[1, 0], [0, 1]], name="r"
        ),
        "required paddings fed": lambda: tf.required_space_to_batch_paddings(P((2,), tf.int32), [2, 4]),
        "patches": lambda: tf.extract_image_patches(
            P((None, 6, 6, 2)), [1, 3, 3, 1], [1, 2, 2, 1], [1, 1, 1, 1], "SAME"
        ),
        "patches VALID": lambda: tf.image.extract_image_patches(
            P((1, 6, 7, 2)), ksizes=[1, 2, 3, 1], strides=[1, 1, 1, 1], rates=[1, 2, 2, 1], padding="VALID", name="p"
        ),
        "patches sizes": lambda: tf.extract_image_patches(
            P((1, 6, 7, 2)), sizes=[1, 2, 3, 1], strides=[1, 1, 1, 1], rates=[1, 1, 1, 1], padding="VALID"
        ),
        "patches v2": lambda: tf.image.extract_patches(
            P((1, 6, 7, 2)), [1, 2, 3, 1], [1, 1, 1, 1], [1, 1, 1, 1], "SAME"
        ),
        "patches rank": lambda: tf.extract_image_patches(
            P((6, 7, 2)), [1, 2, 3, 1], [1, 1, 1, 1], [1, 1, 1, 1], "SAME"
        ),
        "patches batch": lambda: tf.extract_image_patches(
            P((1, 6, 7, 2)), [2, 2, 3, 1], [1, 1, 1, 1], [1, 1, 1, 1], "SAME"
        ),
        "patches both": lambda: tf.extract_image_patches(
            P((1, 6, 7, 2)), [1, 2, 3, 1], [1, 1, 1, 1], [1, 1, 1, 1], "SAME", sizes=[1, 2, 3, 1]
        ),
        "volume patches": lambda: tf.extract_volume_patches(
            P((None, 4, 5, 6, 2)), [1, 2, 2, 3, 1], [1, 1, 2, 1, 1], "SAME"
        ),
        "volume patches VALID": lambda: tf.extract_volume_patches(
            P((1, 4, 5, 6, 2)), [1, 2, 2, 3, 1], [1, 1, 2, 1, 1], "VALID", name="v"
        ),
        "strided masks": lambda: tf.strided_slice(
            P((4, 5, 6)), [1, 0, 0], [2, 0, 3], begin_mask=2, end_mask=2, shrink_axis_mask=1
        ),
        "strided strides": lambda: tf.strided_slice(P((4, 5)), [3, 4], [0, 0], [-1, -2], name="s"),
        "strided tensors": lambda: tf.strided_slice(P((4, 5)), P((2,), tf.int32), P((2,), tf.int32)),
        "strided zero": lambda: tf.strided_slice(P((4, 5)), [0], [1], [0]),
        "strided variable": lambda: tf.Variable([1.0, 2.0, 3.0])[1:3].assign([5.0, 6.0]),
        "strided variable named": lambda: tf.Variable([[1.0, 2.0]])[0, 1].assign(5.0, name="a"),
        "strided variable var": lambda: assign_to_part(tf),
        "strided lengths": lambda: tf.strided_slice(P((4, 5)), [0], [1, 2], [1]),
        "slice to the end": lambda: tf.slice(P((None, 5)), [1, 2], [-1, -1]),
        "slice arrays": lambda: tf.slice(P((4, 5)), np.array([1, 2]), np.array([2, 2])),
        "slice fed size": lambda: tf.slice(P((4, 5)), [1, 2], [P((), tf.int32), 2]),
        "slice begin known": lambda: tf.slice(P((4, 5)), P((2,), tf.int32), [2, -1]),
        "slice unknown": lambda: tf.slice(P(None), [1, 2], [2, -1]),
        "slice long": lambda: tf.slice(P((4, 5)), [1], [2]),
        "split sizes fed": lambda: tf.split(P((None, 6)), [P((), tf.int32), 2], axis=1),
        "split axis fed": lambda: tf.split(P((4, 6)), 2, axis=P((), tf.int32)),
        "split one": lambda: tf.split(P((4, 6)), 1, name="s"),
        "split numpy": lambda: tf.split(P((4, 6)), np.int64(2), axis=1),
        "split array": lambda: tf.split(P((4, 6)), np.array([2, 4]), axis=1),
        "split tensor scalar": lambda: tf.split(P((4, 6)), tf.constant(2), axis=1),
        "split list": lambda: tf.split([[1, 2], [3, 4]], [1, 1], axis=-1),
        "stack negative": lambda: tf.stack([P((2, 3))] * 2, axis=-3),
        "stack axis far": lambda: tf.stack([P((2, 3))] * 2, axis=-4),
        "stack arrays": lambda: tf.stack([np.zeros((2, 3)), np.ones((2, 3))], axis=1),
        "stack ints with float tensor": lambda: tf.stack([1, P((), tf.float32)]),
        "unstack negative": lambda: tf.unstack(P((2, 3)), axis=-1),
        "unstack none": lambda: tf.unstack(P((0, 3))),
        "unstack scalar": lambda: tf.unstack(P(())),
        "squeeze list": lambda: tf.squeeze(P((1, 2, 1)), [0, -1]),
        "squeeze both": lambda: tf.squeeze(P((1, 2, 1)), axis=[0], squeeze_dims=[0]),
        "expand_dims both": lambda: tf.expand_dims(P((2,)), axis=0, dim=0),
        "expand_dims fed": lambda: tf.expand_dims(P((2,)), P((), tf.int32)),
        "expand_dims vector axis": lambda: tf.expand_dims(P((2,)), [0]),
        "pad float paddings": lambda: tf.pad(P((3,)), [[1.0, 1.0]]),
        "pad constant zero tensor": lambda: tf.pad(P((3,)), [[1, 1]], constant_values=0.0),
    }


def passing(tf):
    P = _placeholder(tf)
    return {
        "identity_n": lambda: tf.identity_n([P((2,)), P((None,), tf.int32)]),
        "identity_n name": lambda: tf.identity_n([P((2,))], name="i"),
        "guarantee_const": lambda: tf.guarantee_const(P((2,))),
        "ensure_shape": lambda: tf.ensure_shape(P((None, 3)), [2, None]),
        "ensure_shape name": lambda: tf.ensure_shape(P(None), (2, 3), name="e"),
        "ensure_shape disagree": lambda: tf.ensure_shape(P((2, 3)), [2, 4]),
        "placeholder_with_default": lambda: tf.placeholder_with_default([1.0, 2.0], [None]),
        "placeholder_with_default scalar": lambda: tf.placeholder_with_default(0.5, (), name="keep"),
        "placeholder_with_default wrong": lambda: tf.placeholder_with_default([1.0, 2.0], [3]),
        "placeholder_with_default unknown": lambda: tf.placeholder_with_default(P((2,)), None),
        "bitcast": lambda: tf.bitcast(P((2, 3)), tf.int32),
        "bitcast smaller": lambda: tf.bitcast(P((2, 3)), tf.uint8, name="b"),
        "bitcast larger": lambda: tf.bitcast(P((2, 4), tf.uint8), tf.float32),
        "bitcast uneven": lambda: tf.bitcast(P((2, 3), tf.uint8), tf.float32),
        "bitcast unknown": lambda: tf.bitcast(P((None, None), tf.uint8), tf.int16),
        "check_numerics": lambda: tf.check_numerics(P((2, 3)), "it"),
        "check_numerics name": lambda: tf.debugging.check_numerics(P((None,), tf.float64), "it", name="c"),
        "check_numerics int": lambda: tf.check_numerics(P((2,), tf.int32), "it"),
        "verify_tensor_all_finite": lambda: tf.verify_tensor_all_finite(P((2,)), "it"),
        "assert_all_finite": lambda: tf.debugging.assert_all_finite(x=P((2,)), message="it", name="v"),
        "add_check_numerics_ops": lambda: (P((2,)) * 2.0, tf.add_check_numerics_ops()),
        "shape long": lambda: tf.shape(P((2, 3)), out_type=tf.int64, name="s"),
        "shape unknown long": lambda: tf.shape(P(None), out_type=tf.int64),
        "size long": lambda: tf.size(P((None,)), out_type=tf.int64, name="s"),
        "size known": lambda: tf.size(P((2, 3))),
        "rank unknown": lambda: tf.rank(P(None), name="r"),
        "shape_n long": lambda: tf.shape_n([P((2,)), P(None)], out_type=tf.int64, name="s"),
        "fake_quant args": lambda: tf.fake_quant_with_min_max_args(P((2, 3))),
        "fake_quant args all": lambda: tf.fake_quant_with_min_max_args(P((2, 3)), -1, 1.5, 4, True, name="f"),
        "fake_quant args gradient": lambda: tf.fake_quant_with_min_max_args_gradient(P((2, 3)), P((2, 3))),
        "fake_quant vars": lambda: tf.fake_quant_with_min_max_vars(P((2, 3)), -1.0, P(())),
        "fake_quant vars vector": lambda: tf.fake_quant_with_min_max_vars(P((2, 3)), P((1,)), P(())),
        "fake_quant vars gradient": lambda: tf.fake_quant_with_min_max_vars_gradient(P((2, 3)), P((2, 3)), -1.0, 1.0),
        "fake_quant channel": lambda: tf.fake_quant_with_min_max_vars_per_channel(P((2, 3)), P((3,)), P((3,))),
        "fake_quant channel wrong": lambda: tf.fake_quant_with_min_max_vars_per_channel(P((2, 3)), P((2,)), P((3,))),
        "fake_quant channel gradient": lambda: tf.fake_quant_with_min_max_vars_per_channel_gradient(
            P((2, 3)), P((2, 3)), P((3,)), P((3,)), name="g"
        ),
        "quantize": lambda: tf.quantize(P((2, 3)), -1.0, 1.0, tf.quint8),
        "quantize_v2": lambda: tf.quantize_v2(P((2, 3)), -1.0, 1.0, tf.qint8, mode="SCALED", name="q"),
        "dequantize": lambda: tf.dequantize(P((2, 3), tf.quint8), -1.0, 1.0),
        "quantize_and_dequantize": lambda: tf.quantization.quantize_and_dequantize(
            P((2, 3)), -1.0, 1.0, range_given=True
        ),
    }


def texts(tf):
    P = _placeholder(tf)

    def S(*shape):
        return tf.placeholder(tf.string, shape)

    return {
        "as_string": lambda: tf.as_string(P((None, 2)), precision=2),
        "as_string name": lambda: tf.as_string([1, 2], width=5, fill="0", name="a"),
        "string_join": lambda: tf.string_join([S(2), "x", S(2)], separator=", "),
        "strings.join": lambda: tf.strings.join(["a", "b"], name="j"),
        "substr": lambda: tf.substr(S(3), 1, 2),
        "substr name": lambda: tf.strings.substr(S(3), [0, 1, 2], [1, 1, 1], name="s", unit="UTF8_CHAR"),
        "regex_replace": lambda: tf.regex_replace(S(2), "a+", "b"),
        "regex_replace fed": lambda: tf.regex_replace(S(2), S(), "b", replace_global=False, name="r"),
        "regex_full_match": lambda: tf.strings.regex_full_match(S(2), "a+"),
        "regex_full_match fed": lambda: tf.strings.regex_full_match(S(2), S(), name="r"),
        "string_to_number": lambda: tf.string_to_number(S(2)),
        "string_to_number int": lambda: tf.strings.to_number(S(2), tf.int64, name="n"),
        "string_to_number input": lambda: tf.string_to_number(input=S(2)),
        "string_to_hash_bucket": lambda: tf.string_to_hash_bucket(S(2), 10),
        "string_to_hash_bucket input": lambda: tf.strings.to_hash_bucket(input=S(2), num_buckets=10, name="h"),
        "string_to_hash_bucket_fast": lambda: tf.string_to_hash_bucket_fast(S(2), 10, name="h"),
        "string_to_hash_bucket_strong": lambda: tf.string_to_hash_bucket_strong(S(2), 10, [1, 2]),
        "string_strip": lambda: tf.string_strip(S(2)),
        "string_length": lambda: tf.strings.length(S(2)),
        "string_length unit": lambda: tf.strings.length(S(2), name="l", unit="UTF8_CHAR"),
        "string_lower": lambda: tf.strings.lower(S(2), name="l"),
        "string_upper": lambda: tf.strings.upper(S(2), encoding="utf-8"),
        "string_split": lambda: tf.string_split(S(2)),
        "string_split name": lambda: tf.string_split(S(None), ",", skip_empty=False, name="s"),
        "string_split list": lambda: tf.string_split(["a b"], delimiter=" "),
        "strings.split": lambda: tf.strings.split(S(2)),
        "strings.split name": lambda: tf.strings.split(source=S(2), sep="--", maxsplit=1, name="s"),
        "encode_base64": lambda: tf.encode_base64(S(2), pad=True),
        "decode_base64": lambda: tf.io.decode_base64(S(2), name="d"),
        "decode_raw": lambda: tf.decode_raw(S(None), tf.uint8),
        "decode_raw little": lambda: tf.io.decode_raw(S(), tf.int16, little_endian=False, name="d"),
        "decode_raw bytes": lambda: tf.decode_raw(bytes=S(2), out_type=tf.float32),
        "reduce_join": lambda: tf.reduce_join(S(2, 3)),
        "reduce_join axis": lambda: tf.reduce_join(S(None, 3), 1, separator="-", name="r"),
        "reduce_join keepdims": lambda: tf.strings.reduce_join(S(2, 3), axis=[0, 1], keepdims=True),
        "reduce_join unknown": lambda: tf.reduce_join(tf.placeholder(tf.string)),
        "reduce_join old": lambda: tf.reduce_join(S(2, 3), reduction_indices=[-1], keep_dims=True),
        "reduce_join far": lambda: tf.reduce_join(S(2, 3), axis=2),
        "format": lambda: tf.strings.format("a {} b", P((2,))),
        "format several": lambda: tf.strings.format("a {} b {}", (P((2,)), 3), name="f"),
        "format count": lambda: tf.strings.format("a {} b", [P((2,)), 3]),
    }


def assign_to_part(tf):
    variable = tf.Variable([1.0, 2.0, 3.0])
    return tf.strided_slice(variable, [1], [3], var=variable, name="s").assign([5.0, 6.0])


FAMILIES = {"ordering": ordering, "placing": placing, "filling": filling, "cutting": cutting, "passing": passing,
            "texts": texts}  # fmt: skip


def record(tf):
    """What each case builds, or the class of the error, by family."""
    return {family: array_cases.built(tf, cases(tf)) for family, cases in FAMILIES.items()}
