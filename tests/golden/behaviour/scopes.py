"""tf.variable_scope."""


def _shown(tf, note, scope):
    current = tf.get_variable_scope()
    note(scope.name, scope.original_name_scope, scope.reuse, current.name, tf.get_default_graph().get_name_scope())
    note(tf.no_op().name)
    if not scope.reuse:
        note(tf.get_variable(f"v{len(tf.global_variables())}", [1]).name)


def nested(tf, note):
    _shown(tf, note, tf.get_variable_scope())
    with tf.variable_scope("a") as outer:
        _shown(tf, note, outer)
        for name in ("b", "b", "x/y", ""):
            with tf.variable_scope(name) as scope:
                _shown(tf, note, scope)
        for _ in range(2):
            with tf.variable_scope(None, "default") as scope:
                _shown(tf, note, scope)
        with tf.name_scope("names"):
            _shown(tf, note, tf.get_variable_scope())
            with tf.variable_scope("c") as scope:
                _shown(tf, note, scope)
    for name in ("a", "a/b"):
        with tf.variable_scope(name) as scope:
            _shown(tf, note, scope)


def opened_again(tf, note):
    with tf.variable_scope("a") as first, tf.variable_scope("b") as inner:
        pass
    with tf.variable_scope(first) as again:
        _shown(tf, note, again)
        for arguments in (("b",), (None, "default"), (None, "default")):
            with tf.variable_scope(*arguments) as scope:
                _shown(tf, note, scope)
    with tf.variable_scope("other"), tf.variable_scope(inner) as scope:
        _shown(tf, note, scope)
    with tf.variable_scope(first, auxiliary_name_scope=False) as scope:
        _shown(tf, note, scope)
        with tf.name_scope(scope.original_name_scope):
            note(tf.no_op().name)
    with tf.variable_scope(tf.get_variable_scope()) as scope:
        _shown(tf, note, scope)
    with tf.variable_scope("named"), tf.variable_scope(tf.get_variable_scope()) as scope:
        _shown(tf, note, scope)


def without_name_scopes(tf, note):
    for _ in range(2):
        with tf.variable_scope("z", auxiliary_name_scope=False) as scope:
            _shown(tf, note, scope)
            with tf.variable_scope("inner") as inner:
                _shown(tf, note, inner)
    with tf.name_scope("names"), tf.variable_scope("z") as scope:
        _shown(tf, note, scope)


def default_names(tf, note):
    for name in ("a", "a", "n/e", "n/e"):
        with tf.variable_scope(None, name) as scope:
            _shown(tf, note, scope)
    with tf.variable_scope("a"), tf.variable_scope(None, "a") as scope:
        _shown(tf, note, scope)


def reuse(tf, note):
    with tf.variable_scope("a"):
        tf.get_variable("x", [2])
        with tf.variable_scope("b") as inner:
            pass
    for first in (True, tf.AUTO_REUSE):
        with tf.variable_scope("a", reuse=first) as outer:
            note(outer.reuse)
            for second in (None, False, True, tf.AUTO_REUSE):
                for name in ("b", inner):
                    with tf.variable_scope(name, reuse=second) as scope:
                        note(scope.name, scope.reuse)
            with tf.variable_scope(None, "default") as scope:
                note(scope.name, scope.reuse)
    with tf.variable_scope("r") as scope:
        scope.reuse_variables()
        with tf.variable_scope("inner") as inner:
            note(scope.reuse, inner.reuse)
    with tf.variable_scope("r") as again:
        note(again.reuse)
    with tf.variable_scope(scope) as again:
        note(again.reuse)
    with tf.variable_scope(tf.get_variable_scope(), reuse=True) as scope:
        note(scope.name, scope.reuse)


def shared_variables(tf, note):
    def get(*args, **kwargs):
        return lambda: tf.get_variable(*args, **kwargs)

    with tf.variable_scope("s"):
        tf.get_variable("x", [2])
    with tf.variable_scope("s", reuse=True):
        note.tried(get("x", [2]), get("x"), get("x", [3]), get("x", [2], tf.int32), get("nope", [2]), get("x", [None]))
        note.tried(get("x", [2], initializer=tf.ones_initializer()), get("x", initializer=tf.constant([1.0, 2.0])))
    with tf.variable_scope("s", reuse=tf.AUTO_REUSE):
        note.tried(get("x", [2]), get("new", [2]), get("new", [3]))
    with tf.variable_scope("s"):
        note.tried(get("x", [2]))


def refused(tf, note):
    note.tried(lambda: tf.variable_scope(None), lambda: tf.variable_scope(None, reuse=True))
    note.tried(lambda: tf.variable_scope("a", reuse=3), lambda: tf.variable_scope("a b").__enter__())
    note.tried(lambda: tf.variable_scope(None, "d", reuse=True).__enter__())
    note.tried(lambda: tf.variable_scope("a", auxiliary_name_scope=3))
    try:
        with tf.variable_scope("left"):
            raise KeyError
    except KeyError:
        note(tf.get_variable_scope().name, tf.get_default_graph().get_name_scope())


def settings(tf, note):
    def filled(shape, dtype=None, partition_info=None):
        return tf.ones(shape, dtype)

    with tf.variable_scope("a", initializer=filled, dtype=tf.float64) as outer:
        note(tf.get_variable("v", [2]), tf.get_variable("w", [2], tf.float32, initializer=tf.zeros_initializer()))
        with tf.variable_scope("b"):
            note(tf.get_variable("x", [1]))
        with tf.variable_scope("c", initializer=tf.zeros_initializer(), dtype=tf.float16):
            note(tf.get_variable("x", [1]))
        outer.set_dtype(tf.float32)
        outer.set_initializer(None)
        note(tf.get_variable("y", [1]))
        note(outer.dtype, outer.initializer, outer.regularizer, outer.custom_getter, outer.caching_device)
        note(outer.partitioner, outer.use_resource, outer.constraint)
        note([variable.name for variable in outer.global_variables()], outer.local_variables())
        note([variable.name for variable in outer.trainable_variables()])
    note.nodes(tf.get_default_graph())


def custom_getters(tf, note):
    calls = []

    def logged(getter, name, *args, **kwargs):
        calls.append((name, sorted(kwargs)))
        return getter(name, *args, **kwargs)

    def wrapped(getter, name, *args, **kwargs):
        calls.append(f"wrapped {name}")
        return tf.identity(getter(name, *args, **kwargs), name="wrapped")

    with tf.variable_scope("a", custom_getter=logged):
        note(tf.get_variable("v", [2]))
        with tf.variable_scope("b", custom_getter=wrapped):
            note(tf.get_variable("v", [2]))
        note(tf.get_variable("u", [2], custom_getter=wrapped))
    note(calls)
