"""Control dependencies, devices, colocation."""


def control_dependencies(tf, note):
    a, b = tf.constant(1.0, name="a"), tf.constant(2.0, name="b")
    with tf.control_dependencies([a]):
        c = tf.identity(b, name="c")
        tf.identity(c, name="dominated")
        tf.identity(a, name="own_input")
        with tf.control_dependencies([b, b, a]):
            f = tf.constant(3.0, name="f")
            tf.identity(c, name="half_dominated")
            tf.add(b, f, name="sum")
            with tf.control_dependencies(None):
                tf.constant(3.0, name="free")
                with tf.control_dependencies([c]):
                    tf.identity(tf.constant(1.0, name="k"), name="l")
            tf.constant(2.0, name="again")
            with tf.control_dependencies([f]):
                tf.add(tf.constant(2.0, name="three"), c, name="m")
            with tf.control_dependencies([]):
                tf.constant(2.0, name="none")
        with tf.control_dependencies([c.op]):
            tf.constant(1, name="an_operation")
    note.nodes(tf.get_default_graph())


def refused_control_inputs(tf, note):
    value = tf.constant(1.0, name="a")
    for item in (value, [3], [None], ["zzz"]):
        note.tried(lambda: tf.control_dependencies(item).__enter__())
    with tf.Graph().as_default():
        note.tried(lambda: tf.control_dependencies([value]).__enter__())


def init_scope(tf, note):
    value = tf.constant(1)
    with tf.control_dependencies([value]), tf.name_scope("s"), tf.init_scope():
        note(tf.constant(1).name, tf.constant(1).op.control_inputs)


def device_names(tf, note):
    def placed(name):
        with tf.device(name):
            return tf.no_op().device

    names = (
        "/cpu:0", "/gpu:0", "/GPU:1", "/device:CPU:0", "/job:worker", "/job:ps/task:3",
        "/job:w/replica:1/task:0/device:GPU:2", "", "cpu:0", "/device:gpu:0", "/cpu:*", "/gpu:*", "/cpu", "foo",
        "/foo:0", "/device:CPU:0:1", "/task:x", "/job:a/task:1/cpu:0", "/cpu:0/gpu:0",
    )  # fmt: skip
    for name in names:
        note.tried(lambda: placed(name))


def nested_devices(tf, note):
    with tf.device("/job:a/task:1"):
        note(tf.no_op().device)
        for name in ("/gpu:0", "/job:b", None, ""):
            with tf.device(name):
                note(tf.no_op().device)
                with tf.device("/cpu:0"):
                    note(tf.no_op().device)


def device_functions(tf, note):
    def chosen(op):
        return "/gpu:3" if op.type == "Const" else "/cpu:0"

    with tf.device(chosen):
        note(tf.constant(1).device, tf.no_op().device)
        with tf.device("/cpu:7"):
            note(tf.constant(1).device)
    for outer in ("/job:x", "/cpu:7"):
        with tf.device(outer), tf.device(chosen):
            note(tf.constant(1).device)
    note.tried(lambda: tf.device(lambda op: None).__enter__())


def colocation(tf, note):
    a, b = tf.constant(1.0, name="a"), tf.constant(2.0, name="b")
    with tf.device("/gpu:0"):
        on_gpu = tf.constant(2.0, name="on_gpu")
    with tf.colocate_with(a):
        c = tf.identity(b, name="c")
        with tf.colocate_with(b):
            tf.identity(b, name="both")
        with tf.colocate_with(b, ignore_existing=True):
            tf.identity(b, name="only_b")
        with tf.colocate_with(None, ignore_existing=True):
            tf.identity(b, name="nowhere")
        with tf.colocate_with(c):
            tf.identity(b, name="with_c")
        with tf.colocate_with(a.op):
            tf.identity(b, name="an_operation")
    with tf.colocate_with(on_gpu):
        tf.identity(a, name="device_too")
        with tf.device("/cpu:0"):
            tf.identity(a, name="colocation_wins")
    note.tried(lambda: tf.colocate_with(None).__enter__())
    note.nodes(tf.get_default_graph())
    note(str(on_gpu), on_gpu, on_gpu.device)
