"""Programs with variables whose graphs are compared node by node with TensorFlow's; `tf` is handed in."""

import numpy as np

KINDS = {"reference": False, "handle": True}


def cases(tf):
    def P(shape, dtype=tf.float32):
        return tf.placeholder(dtype, shape)

    found = {}
    for kind, use_resource in KINDS.items():
        for group in (made, changed, rows, read, saved):
            for name, build in group(tf, P, use_resource).items():
                found[f"{name} {kind}"] = build
    return found | named(tf) | in_parts(tf, P) | lists(tf) | templates(tf, P)


def made(tf, P, use_resource):
    def of(value, **kwargs):
        return lambda: tf.Variable(value(), use_resource=use_resource, **kwargs)

    def from_another():
        first = tf.Variable(lambda: tf.ones([2]), use_resource=use_resource, name="first")
        tf.Variable(first.value() * 2.0, use_resource=use_resource, name="second")

    def found_again():
        tf.Variable.from_proto(tf.Variable(1.0, name="v", use_resource=use_resource).to_proto())

    return {
        "number": of(lambda: 3),
        "list": of(lambda: [1, 2], dtype=tf.float32, name="v"),
        "array": of(lambda: np.ones(3), name="v"),
        "text": of(lambda: "a"),
        "tensor": of(lambda: tf.ones([2, 3])),
        "function": of(lambda: lambda: tf.ones([2]), name="v"),
        "function of a list": of(lambda: lambda: [1.0], name="v", dtype=tf.float64),
        "any shape": of(lambda: P(None), validate_shape=False),
        "given shape": of(lambda: 1.0, shape=tf.TensorShape(None)),
        "cached": of(lambda: 1.0, caching_device="/cpu:0"),
        "untrained": of(lambda: 1.0, trainable=False),
        "in no list": of(lambda: 1.0, collections=[]),
        "in a list": of(lambda: 1.0, collections=["mine"]),
        "read by each": of(lambda: 1.0, synchronization=tf.VariableSynchronization.ON_READ),
        "bad constraint": of(lambda: 1.0, constraint=3),
        "bad collections": of(lambda: 1.0, collections="mine"),
        "nothing": of(lambda: None),
        "from another": from_another,
        "found again": found_again,
        "by name": lambda: tf.get_variable("w", [2, 3], use_resource=use_resource),
        "local": lambda: tf.get_local_variable("w", [2], use_resource=use_resource),
    }


def changed(tf, P, use_resource):
    def of(function):
        def build():
            function(tf.Variable([1.0, 2.0], name="v", use_resource=use_resource))

        return build

    def counted(function):
        return lambda: function(tf.Variable(0, name="n", use_resource=use_resource))

    return {
        "assign": of(lambda v: v.assign([3.0, 4.0])),
        "assign named": of(lambda v: v.assign([3.0, 4.0], name="a")),
        "assign without a read": of(lambda v: v.assign([3.0, 4.0], read_value=False)),
        "assign itself": of(lambda v: v.assign(v)),
        "assign a sum": of(lambda v: v.assign(v + 1.0)),
        "assign any": of(lambda v: v.assign(P(None))),
        "assign_add": of(lambda v: v.assign_add([3.0, 4.0], name="a")),
        "assign_sub": of(lambda v: v.assign_sub([3.0, 4.0], read_value=False)),
        "tf.assign": of(lambda v: tf.assign(v, [3.0, 4.0], name="a")),
        "tf.assign_add": of(lambda v: tf.assign_add(v, [3.0, 4.0])),
        "tf.assign_sub": of(lambda v: tf.assign_sub(v, [3.0, 4.0])),
        "assign twice": of(lambda v: tf.assign_add(tf.assign(v, [0.0, 0.0]), [1.0, 1.0])),
        "after a change": of(lambda v: v.assign_add([1.0, 1.0]) + 1.0),
        "wait for a change": of(lambda v: tf.group(v.assign_add([1.0, 1.0]))),
        "assign another shape": of(lambda v: v.assign([1.0])),
        "assign another type": of(lambda v: v.assign(["a", "b"])),
        "part": of(lambda v: v[1:].assign([1.0])),
        "part named": of(lambda v: v[0].assign(1.0, name="p")),
        "count_up_to": counted(lambda n: n.count_up_to(3)),
        "tf.count_up_to": counted(lambda n: tf.count_up_to(n, 3, name="c")),
    }


def rows(tf, P, use_resource):
    def of(function):
        def build():
            function(tf.Variable(tf.zeros([5, 2]), name="v", use_resource=use_resource))

        return build

    values = [[1.0, 2.0], [3.0, 4.0]]
    found = {}
    for kind in ("update", "add", "sub", "mul", "div", "min", "max"):
        found[f"scatter_{kind}"] = of(lambda v, k=kind: getattr(tf, f"scatter_{k}")(v, [1, 2], values))
        found[f"scatter_{kind} of slices"] = of(
            lambda v, k=kind: getattr(v, f"scatter_{k}")(tf.IndexedSlices(values, [1, 2]), name="s")
        )
    for kind in ("update", "add", "sub"):
        found[f"scatter_nd_{kind}"] = of(lambda v, k=kind: getattr(tf, f"scatter_nd_{k}")(v, [[1], [2]], values))
        found[f"scatter_nd_{kind} method"] = of(lambda v, k=kind: getattr(v, f"scatter_nd_{k}")([[1, 0]], [2.0]))
    return found | {
        "one row": of(lambda v: tf.scatter_add(v, 1, [1.0, 2.0], name="s")),
        "one number": of(lambda v: tf.scatter_add(v, [1, 2], 2.0)),
        "any rows": of(lambda v: tf.scatter_sub(v, P(None, tf.int64), P(None))),
        "too few rows": of(lambda v: tf.scatter_sub(v, [1, 2, 3], values)),
        "too many coordinates": of(lambda v: tf.scatter_nd_add(v, [[1, 2, 3]], [[1.0, 2.0]])),
        "no slices": of(lambda v: v.scatter_add(3)),
        "batch_scatter_update": of(lambda v: tf.batch_scatter_update(v, [1, 2], values)),
        "batch_scatter_update of batches": lambda: tf.batch_scatter_update(
            tf.Variable(tf.zeros([2, 3, 4]), use_resource=use_resource), [[0], [1]], tf.zeros([2, 1, 4])
        ),
    }


def read(tf, P, use_resource):
    def of(function):
        def build():
            function(tf.Variable(tf.zeros([5, 2]), name="v", use_resource=use_resource))

        return build

    return {
        "value": of(lambda v: v.value()),
        "read_value": of(lambda v: v.read_value()),
        "identity": of(lambda v: tf.identity(v)),
        "operators": of(lambda v: 1.0 / (v + 1.0) - v),
        "index": of(lambda v: v[1]),
        "gather": of(lambda v: tf.gather(v, [0, 1])),
        "gather columns": of(lambda v: tf.gather(v, [0, 1], axis=1)),
        "gather_nd": of(lambda v: tf.gather_nd(v, [[0, 1]])),
        "lookup": of(lambda v: tf.nn.embedding_lookup(v, [0, 1])),
        "is_variable_initialized": of(lambda v: tf.is_variable_initialized(v)),
        "report": of(lambda v: tf.report_uninitialized_variables()),
        "assert": of(lambda v: tf.assert_variables_initialized()),
        "in a branch": of(lambda v: tf.cond(P((), tf.bool), lambda: v * 2.0, lambda: tf.zeros([5, 2]))),
        "changed in a branch": of(
            lambda v: tf.cond(P((), tf.bool), lambda: tf.identity(v.assign_add(v)), lambda: tf.zeros([5, 2]))
        ),
        "as another type": of(lambda v: tf.convert_to_tensor(v, dtype=tf.int32)),
        "another shape": of(lambda v: v.set_shape([3])),
        "length": of(len),
    }


def saved(tf, P, use_resource):
    def of(**kwargs):
        def build():
            tf.Variable([1.0, 2.0], name="v", use_resource=use_resource)
            tf.Variable(3, name="n", use_resource=use_resource)
            tf.train.Saver(**kwargs)

        return build

    def trained(optimizer):
        def build():
            v = tf.Variable(tf.ones([5, 2]), name="v", use_resource=use_resource)
            optimizer().minimize(tf.reduce_sum(tf.gather(v, [1, 1])) + tf.reduce_sum(v * v))

        return build

    return {
        "saver": of(),
        "saver that reshapes": of(reshape=True),
        "trained": trained(lambda: tf.train.GradientDescentOptimizer(0.1)),
    }


def named(tf):
    def scopes():
        with tf.variable_scope("s", use_resource=True, caching_device="/cpu:0", dtype=tf.float64):
            tf.get_variable("a", [2])
            tf.Variable(1.0)
            with tf.variable_scope("t", auxiliary_name_scope=False, initializer=tf.ones_initializer()):
                tf.get_variable("b", [2], use_resource=False)
                tf.add(1, 2)

    def creators():
        def rename(create, **kwargs):
            return create(**{**kwargs, "name": "renamed"})

        def untrained(create, **kwargs):
            return create(**{**kwargs, "trainable": False})

        with tf.variable_creator_scope(rename), tf.variable_creator_scope(untrained):
            tf.Variable(1.0, name="mine")
            tf.get_variable("w", [2])

    def getters():
        def doubled(getter, name, *args, **kwargs):
            return getter(name, *args, **kwargs) * 2.0

        with tf.variable_scope("s", custom_getter=doubled):
            tf.get_variable("w", [2])
            with tf.variable_scope("t", custom_getter=doubled):
                tf.get_variable("w", [2])

    def defaults():
        tf.enable_resource_variables()
        try:
            tf.Variable(1.0)
            tf.get_variable("w", [2])
            tf.get_variable("r", [2], use_resource=False)
        finally:
            tf.disable_resource_variables()

    return {"scopes": scopes, "creators": creators, "getters": getters, "defaults": defaults}


def in_parts(tf, P):
    def of(*functions, shape=(10, 2), partitioner=None, **kwargs):
        def build():
            cut = partitioner or tf.fixed_size_partitioner(3)
            w = tf.get_variable("w", shape, partitioner=cut, initializer=tf.zeros_initializer(), **kwargs)
            for function in functions:
                function(w)

        return build

    def by(cut, shape=(3, 3)):
        return lambda: tf.get_variable("w", shape, partitioner=cut)

    def again(cut, **kwargs):
        def build():
            with tf.variable_scope("s", partitioner=tf.fixed_size_partitioner(2)):
                tf.get_variable("w", [4, 2])
            with tf.variable_scope("s", reuse=True, partitioner=cut):
                tf.get_variable("w", **{"shape": [4, 2], **kwargs})

        return build

    def from_a_value():
        tf.get_variable("w", initializer=tf.ones([4, 2]), partitioner=tf.fixed_size_partitioner(2))

    def differentiated(w):
        tf.gradients(tf.reduce_sum(tf.convert_to_tensor(w) * 2.0), list(w))

    return {
        "parts": of(),
        "parts along 1": of(tf.convert_to_tensor, partitioner=tf.fixed_size_partitioner(2, axis=1)),
        "one part": of(tf.convert_to_tensor, partitioner=tf.fixed_size_partitioner(1)),
        "parts of handles": of(tf.convert_to_tensor, use_resource=True),
        "parts of a scalar": of(shape=()),
        "parts random": lambda: tf.get_variable("w", [4, 2], partitioner=tf.fixed_size_partitioner(2)),
        "parts joined twice": of(lambda w: w.as_tensor(), lambda w: w.as_tensor()),
        "parts assigned": of(lambda w: w.assign(tf.ones([10, 2]))),
        "parts assigned_add": of(lambda w: w.assign_add(tf.ones([10, 2]), name="a")),
        "parts differentiated": of(differentiated),
        "parts looked up": of(lambda w: tf.nn.embedding_lookup(w, [1, 2])),
        "parts saved": of(lambda w: tf.train.Saver()),
        "parts saved by name": of(lambda w: tf.train.Saver({"x": w})),
        "parts listed to save": of(lambda w: tf.train.Saver([w])),
        "parts by size": of(partitioner=tf.variable_axis_size_partitioner(24)),
        "parts between": of(partitioner=tf.min_max_variable_partitioner(4, min_slice_size=40)),
        "parts from a value": from_a_value,
        "parts of a list": lambda: tf.create_partitioned_variables([4, 2], [2, 1], tf.zeros_initializer()),
        "parts named": lambda: tf.create_partitioned_variables([4], [2], tf.zeros_initializer(), name="p"),
        "too many parts": by(lambda shape, dtype: [5, 1]),
        "parts of another rank": by(lambda shape, dtype: [2, 2], (3,)),
        "parts along two axes": by(lambda shape, dtype: [2, 2]),
        "no list of parts": by(lambda shape, dtype: 3),
        "no parts": by(lambda shape, dtype: [0, 1]),
        "no partitioner": by(3),
        "parts again": again(tf.fixed_size_partitioner(2)),
        "other parts": again(tf.fixed_size_partitioner(3)),
        "other shape": again(tf.fixed_size_partitioner(2), shape=[5, 2]),
        "other type": again(tf.fixed_size_partitioner(2), dtype=tf.float64),
        "parts as a whole": again(None),
    }


def lists(tf):
    def of(function):
        def build():
            tf.Variable(1.0, name="v")
            tf.get_local_variable("local", [2])
            function()

        return build

    return {
        "initialize all": of(lambda: tf.initialize_all_variables()),
        "initialize global": of(lambda: tf.global_variables_initializer()),
        "initialize local": of(lambda: tf.local_variables_initializer()),
        "initialize local, former": of(lambda: tf.initialize_local_variables()),
        "initialize some": of(lambda: tf.variables_initializer(tf.local_variables(), name="i")),
        "initialize none": of(lambda: tf.initialize_variables([])),
        "report none": of(lambda: tf.report_uninitialized_variables([])),
        "report all": of(lambda: tf.report_uninitialized_variables()),
        "assert all": of(lambda: tf.assert_variables_initialized()),
        "assert nothing": lambda: tf.assert_variables_initialized(),
        "in other lists": of(lambda: tf.moving_average_variables() + tf.model_variables()),
    }


def templates(tf, P):
    def scaled(x, scale=1.0):
        return x * tf.get_variable("w", [], initializer=tf.ones_initializer()) * scale

    def twice(**kwargs):
        def build():
            template = tf.make_template("t", scaled, **kwargs)
            x = P((2,))
            template(x)
            with tf.variable_scope("outer"):
                template(x)

        return build

    def two():
        x = P((2,))
        for template in (tf.make_template("t", scaled), tf.make_template("t", scaled)):
            template(x)
            template(x)

    def two_of_one_name():
        for _ in range(2):
            tf.make_template("t", scaled, unique_name_="u")(P((2,)))

    def with_other_variables():
        template = tf.make_template("t", lambda x: x * tf.Variable(1.0))
        template(P((2,)))
        template(P((2,)))

    def within():
        inner = tf.make_template("inner", scaled)
        outer = tf.make_template("outer", lambda x: inner(x) + inner(x))
        outer(P((2,)))
        outer(P((2,)))

    return {
        "template": twice(),
        "template with arguments": twice(scale=2.0),
        "template made now": twice(create_scope_now_=True),
        "two templates": two,
        "two templates of one name": two_of_one_name,
        "template of other variables": with_other_variables,
        "template within": within,
    }
