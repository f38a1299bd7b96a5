"""Calls of sparse functions and tf.sets whose graphs are compared node by node with TensorFlow's."""


def cases(tf):
    P = lambda s, d=tf.float32: tf.placeholder(d, s)  # noqa: E731
    S = lambda s, d=tf.float32: tf.sparse_placeholder(d, s)  # noqa: E731
    C = lambda: tf.SparseTensor([[0, 1], [1, 2]], [1.0, 2.0], [2, 3])  # noqa: E731
    c = {}
    c["to_dense"] = lambda: tf.sparse_tensor_to_dense(C())
    c["to_dense2"] = lambda: tf.sparse_tensor_to_dense(
        S([None, 3]), default_value=1.0, validate_indices=False, name="n"
    )
    c["s2d"] = lambda: tf.sparse_to_dense([1, 2], [4], 1.0)
    c["s2d2"] = lambda: tf.sparse_to_dense(
        P([None, 2], tf.int64), P([2], tf.int64), P([None]), default_value=3.0, name="q"
    )
    c["s2d3"] = lambda: tf.sparse_to_dense(P([None, 2], tf.int32), [3, 4], P([None], tf.string), default_value="")
    c["indicator"] = lambda: tf.sparse_to_indicator(tf.SparseTensor([[0, 1], [1, 2]], [1, 2], [2, 3]), 5)
    c["indicator2"] = lambda: tf.sparse_to_indicator(S([None, 3], tf.int64), 5, name="q")
    c["reorder"] = lambda: tf.sparse_reorder(C())
    c["reorder2"] = lambda: tf.sparse_reorder(S(None), name="q")
    c["reshape"] = lambda: tf.sparse_reshape(C(), [3, 2])
    c["reshape-1"] = lambda: tf.sparse_reshape(C(), [-1])
    c["reshape bad"] = lambda: tf.sparse_reshape(C(), [5])
    c["reshape bad2"] = lambda: tf.sparse_reshape(C(), [-1, -1])
    c["reshape unk"] = lambda: tf.sparse_reshape(S([None, 3]), P([2], tf.int64), name="q")
    c["reshape unk2"] = lambda: tf.sparse_reshape(S([None, 3]), [-1, 1])
    c["slice"] = lambda: tf.sparse_slice(C(), [0, 1], [2, 2])
    c["slice unk"] = lambda: tf.sparse_slice(S(None), P([2], tf.int64), P([2], tf.int64), name="q")
    c["split"] = lambda: list(tf.sparse_split(sp_input=C(), num_split=2, axis=1))
    c["concat"] = lambda: tf.sparse_concat(1, [C(), C()])
    c["concat ex"] = lambda: tf.sparse_concat(0, [C(), S([None, 4])], expand_nonconcat_dim=True, name="q")
    c["concat one"] = lambda: tf.sparse_concat(0, [C()])
    c["concat unk"] = lambda: tf.sparse_concat(0, [S(None), S([None, 4])])
    c["add ss"] = lambda: tf.sparse_add(C(), C())
    c["add ss t"] = lambda: tf.sparse_add(S([None, 3]), S([2, 3]), thresh=0.5)
    c["add sd"] = lambda: tf.sparse_add(C(), P([2, 3]))
    c["add ds"] = lambda: tf.sparse_add(P([2, 3]), C(), threshold=0.5)
    c["add dd"] = lambda: tf.sparse_add(P([2, 3]), P([2, 3]))
    c["matmul"] = lambda: tf.sparse_tensor_dense_matmul(C(), P([3, 2]))
    c["matmul adj"] = lambda: tf.sparse_tensor_dense_matmul(
        S([None, 4]), P([5, None]), adjoint_a=True, adjoint_b=True, name="q"
    )
    c["matmul ds"] = lambda: tf.sparse_tensor_dense_matmul(P([3, 2]), C())
    c["matmul ds adj"] = lambda: tf.sparse_tensor_dense_matmul(P([2, 3]), C(), adjoint_a=True, adjoint_b=True)
    c["rsum"] = lambda: tf.sparse_reduce_sum(C())
    c["rsum ax"] = lambda: tf.sparse_reduce_sum(C(), axis=1)
    c["rsum ax2"] = lambda: tf.sparse_reduce_sum(S([None, 3]), axis=[0, -1], keepdims=True)
    c["rsum ra"] = lambda: tf.sparse_reduce_sum(S([None, 3]), reduction_axes=[0], keep_dims=True)
    c["rmax"] = lambda: tf.sparse_reduce_max(C())
    c["rmax ax"] = lambda: tf.sparse_reduce_max(S([None, 3]), axis=1, keepdims=True)
    c["rsums"] = lambda: tf.sparse_reduce_sum_sparse(C(), 1)
    c["rmaxs"] = lambda: tf.sparse_reduce_max_sparse(S([None, 3]), 0, True)
    c["softmax"] = lambda: tf.sparse_softmax(C())
    c["retain"] = lambda: tf.sparse_retain(C(), [True, False])
    c["retain unk"] = lambda: tf.sparse_retain(S([None, 3]), P([None], tf.bool))
    c["retain bad"] = lambda: tf.sparse_retain(C(), [True, False, True])
    c["fill"] = lambda: list(tf.sparse_fill_empty_rows(C(), 0.0))
    c["fill2"] = lambda: list(tf.sparse_fill_empty_rows(S([None, 3], tf.int64), 7, name="q"))
    c["transpose"] = lambda: tf.sparse_transpose(C())
    c["transpose2"] = lambda: tf.sparse_transpose(S([None, 3]), perm=[1, 0], name="q")
    c["transpose unk"] = lambda: tf.sparse_transpose(S(None))
    c["max"] = lambda: tf.sparse_maximum(C(), C())
    c["min"] = lambda: tf.sparse_minimum(S(None), C(), name="q")
    c["reset"] = lambda: tf.sparse_reset_shape(C())
    c["reset2"] = lambda: tf.sparse_reset_shape(C(), [4, 5])
    c["reset3"] = lambda: tf.sparse_reset_shape(S(None), [4, 5])
    c["reset4"] = lambda: tf.sparse_reset_shape(C(), [1, 5])
    c["reset5"] = lambda: tf.sparse_reset_shape(C(), P([2], tf.int64))
    c["reset6"] = lambda: tf.sparse_reset_shape(C(), [1, 5, 6])
    c["expand"] = lambda: tf.sparse.expand_dims(C())
    c["expand0"] = lambda: tf.sparse.expand_dims(C(), 0)
    c["eye"] = lambda: tf.sparse.eye(3)
    c["eye2"] = lambda: tf.sparse.eye(3, 4, tf.int32, name="q")
    c["eye3"] = lambda: tf.sparse.eye(P([], tf.int64), 4)
    c["from"] = lambda: tf.sparse.from_dense(P([2, 3]))
    c["from2"] = lambda: tf.sparse.from_dense([[1, 0], [0, 2]], name="q")
    c["merge"] = lambda: tf.sparse_merge(tf.SparseTensor([[0, 1], [1, 2]], [1, 2], [2, 3]), C(), 5)
    c["merge2"] = lambda: tf.sparse_merge(
        [S([None, 3], tf.int64), S([None, 3], tf.int64)], S([None, 3]), [5, 6], already_sorted=True, name="q"
    )
    c["mul"] = lambda: C() * P([2, 3])
    c["div"] = lambda: C() / P([3])
    c["rmul"] = lambda: P([3]) * C()
    c["mul list"] = lambda: C() * [1.0, 2.0, 3.0]
    c["mul int"] = lambda: C() * 2
    c["cast"] = lambda: tf.cast(C(), tf.int32)
    c["cast same"] = lambda: tf.cast(C(), tf.float32)
    c["to_int64"] = lambda: tf.to_int64(C())
    c["sparse_matmul"] = lambda: tf.sparse_matmul(P([2, 3]), P([3, 4]))
    c["not sparse"] = lambda: tf.sparse_tensor_to_dense(P([3]))
    c["value"] = lambda: tf.sparse_tensor_to_dense(tf.SparseTensorValue([[0]], [1], [2]))
    c["sreduce value"] = lambda: tf.sparse_reduce_sum(tf.SparseTensorValue([[0]], [1], [2]))
    c["identity"] = lambda: tf.identity(C())
    c["mask"] = lambda: tf.sparse_mask(tf.IndexedSlices(P([3, 2]), P([3], tf.int64)), [1, 2]).values
    sets(tf, c)
    branches(tf, c)
    return c


def sets(tf, c):
    P = lambda s, d=tf.int64: tf.placeholder(d, s)  # noqa: E731
    SP = lambda s: tf.sparse_placeholder(tf.int64, s)  # noqa: E731
    for n in ("intersection", "union", "difference"):
        f = getattr(tf.sets, "set_" + n)
        c[n + " dd"] = lambda f=f: f(P([2, 3]), P([2, 4]))
        c[n + " dd unk"] = lambda f=f: f(P(None), P([2, 4]))
        c[n + " dd unk2"] = lambda f=f: f(P(None), P(None), validate_indices=False)
        c[n + " ds"] = lambda f=f: f(P([2, 3]), SP([2, 4]))
        c[n + " ds unk"] = lambda f=f: f(P(None), SP([2, 4]))
        c[n + " sd"] = lambda f=f: f(SP([2, 3]), P([2, 4]))
        c[n + " ss"] = lambda f=f: f(SP([2, 3]), SP([2, 4]))
        c[n + " ss unk"] = lambda f=f: f(SP(None), SP([2, 3]))
        c[n + " bad rank"] = lambda f=f: f(P([3]), P([3]))
        c[n + " bad group"] = lambda f=f: f(P([2, 3]), P([3, 3]))
        c[n + " bad ranks"] = lambda f=f: f(P([2, 3]), SP([2, 3, 3]))
        c[n + " bad float"] = lambda f=f: f(P([2, 3], tf.float32), P([2, 3], tf.float32))
        c[n + " bad types"] = lambda f=f: f(P([2, 3], tf.int32), P([2, 3], tf.int64))
        c[n + " lists"] = lambda f=f: f([[1, 2]], [[2]])
    c["difference b-a"] = lambda: tf.sets.set_difference(P([2, 3]), P([2, 3]), aminusb=False)
    c["difference b-a sd"] = lambda: tf.sets.set_difference(SP([2, 3]), P([2, 3]), aminusb=False)
    c["set_size"] = lambda: tf.sets.set_size(SP([2, 3]))
    c["set_size dense"] = lambda: tf.sets.set_size(P([2, 3]))
    c["set_size value"] = lambda: tf.sets.set_size(tf.SparseTensorValue([[0, 1]], [1], [2, 3]))


def branches(tf, c):
    P = lambda s, d=tf.float32: tf.placeholder(d, s)  # noqa: E731
    S = lambda s, d=tf.float32: tf.sparse_placeholder(d, s)  # noqa: E731

    def one():
        s = S([2, 3])
        return tf.cond(P([], tf.bool), lambda: s, lambda: tf.sparse_reshape(s, [3, 2]))

    def pair():
        s, p = S([2, 3]), P([])
        return tf.cond(P([], tf.bool), lambda: (s, p), lambda: (tf.sparse_reorder(s), p + 1.0))

    c["cond"] = one
    c["cond pair"] = pair
    for name, value in (("known", [2, 3]), ("unknown", None)):
        c[f"shape {name}"] = lambda value=value: tf.shape(S(value))
        c[f"size {name}"] = lambda value=value: tf.size(S(value))
        c[f"rank {name}"] = lambda value=value: tf.rank(S(value))
    c["shape int64"] = lambda: tf.shape(S(None), name="n", out_type=tf.int64)
    c["rank of a value"] = lambda: tf.rank(tf.SparseTensorValue([[0, 1]], [1.0], [2, 3]))
    c["placeholder"] = lambda: [S(None), tf.sparse_placeholder(tf.float32, [None, 3], name="n")]
    c["placeholder tensor"] = lambda: tf.sparse_placeholder(tf.int32, tf.constant([2, 3], tf.int64))
