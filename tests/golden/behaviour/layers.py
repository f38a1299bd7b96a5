"""tf.layers: what a layer says of itself, its variables, losses and updates; what it refuses."""


def _names(items):
    return [item.name for item in items]


def _described(note, layer):
    note(layer.name, layer.scope_name, str(layer.dtype), layer.built, layer.trainable)
    note("trainable", _names(layer.trainable_variables), _names(layer.trainable_weights))
    note("not trainable", _names(layer.non_trainable_variables), _names(layer.non_trainable_weights))
    note("all", _names(layer.variables), _names(layer.weights))


def _collections(tf, note):
    for key in ("UPDATE_OPS", "REGULARIZATION_LOSSES", "TRAINABLE_VARIABLES", "GLOBAL_VARIABLES"):
        note(key, _names(tf.get_collection(getattr(tf.GraphKeys, key))))


def variables_of_layers(tf, note):
    x = tf.placeholder(tf.float32, [None, 8, 8, 3])
    for layer in (
        tf.layers.Conv2D(4, 3),
        tf.layers.Conv2D(4, 3, use_bias=False, trainable=False, name="frozen"),
        tf.layers.BatchNormalization(),
        tf.layers.BatchNormalization(renorm=True, scale=False, name="renorm"),
        tf.layers.BatchNormalization(trainable=False),
        tf.layers.SeparableConv2D(4, 3, name="separable"),
        tf.layers.Conv2DTranspose(4, 3),
        tf.layers.Flatten(),
        tf.layers.Dropout(),
        tf.layers.MaxPooling2D(2, 2),
    ):
        note(layer.built)
        output = layer(x)
        note(output.name, str(output.shape))
        _described(note, layer)
        note.tried(layer.count_params)
        note(str(layer.compute_output_shape(x.shape)))
        note(_names(layer.updates), _names(layer.losses))
    _collections(tf, note)


def changing_trainable(tf, note):
    x = tf.placeholder(tf.float32, [None, 3])
    layer = tf.layers.BatchNormalization()
    layer(x, training=True)
    _described(note, layer)
    layer.trainable = False
    _described(note, layer)
    note(_names(layer.updates))
    layer(x, training=True)
    _collections(tf, note)


def updates_depend_on_inputs(tf, note):
    x, y = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.float32, [None, 3])
    layer = tf.layers.BatchNormalization()
    layer(x, training=True)
    layer(y, training=True)
    note(_names(layer.updates))
    for inputs in (x, y, [x, y], None):
        note(_names(layer.get_updates_for(inputs)))
    _collections(tf, note)


def losses_depend_on_inputs(tf, note):
    x, y = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.float32, [None, 3])
    layer = tf.layers.Dense(2, kernel_regularizer=tf.nn.l2_loss, activity_regularizer=tf.nn.l2_loss)
    layer(x)
    layer(y)
    for inputs in (x, y, [x, y]):
        note(_names(layer.get_losses_for(inputs)))
    note(len(layer.losses), len(layer.get_losses_for(None)))
    _collections(tf, note)


def own_layers(tf, note):
    class Scaled(tf.layers.Layer):
        def build(self, shape):
            self.scale = self.add_weight("scale", shape[-1:], initializer=tf.ones_initializer())
            self.count = self.add_variable("count", [], tf.int32, tf.zeros_initializer(), trainable=False)
            self.built = True

        def call(self, inputs, extra=None):
            self.add_update(tf.assign_add(self.count, 1, name="counted"))
            self.add_loss(tf.reduce_sum(self.scale, name="unconditional"))
            self.add_loss(tf.reduce_sum(inputs, name="conditional"), inputs=inputs)
            return inputs * self.scale if extra is None else inputs * self.scale + extra

    x = tf.placeholder(tf.float32, [None, 3])
    layer = Scaled()
    first = layer(x)
    second = layer.apply(x, extra=first)
    note(first.name, second.name)
    _described(note, layer)
    note(_names(layer.updates), _names(layer.losses))
    note(_names(layer.get_losses_for(None)), _names(layer.get_losses_for(x)))
    _collections(tf, note)
    named = Scaled(name="named", trainable=False)
    named(x)
    _described(note, named)
    _collections(tf, note)


def nested_layers(tf, note):
    class Block(tf.layers.Layer):
        def __init__(self, **options):
            super().__init__(**options)
            self.first = tf.layers.Dense(4, kernel_regularizer=tf.nn.l2_loss, name="first")
            self.norm = tf.layers.BatchNormalization(name="norm")

        def call(self, inputs, training=False):
            return self.norm(self.first(inputs), training=training)

    block = Block(name="block")
    note(block(tf.placeholder(tf.float32, [None, 3]), training=True).name)
    _described(note, block.first)
    _described(note, block.norm)
    _collections(tf, note)


def names_and_reuse(tf, note):
    x = tf.placeholder(tf.float32, [None, 3])
    for _ in range(2):
        note(tf.layers.dense(x, 2).name, tf.layers.batch_normalization(x).name, tf.layers.dropout(x).name)
    note(tf.layers.dense(x, 2, name="mine").name)
    note.tried(
        lambda: tf.layers.dense(x, 2, name="mine").name,
        lambda: tf.layers.dense(x, 2, name="mine", reuse=True).name,
        lambda: tf.layers.dense(x, 2, name="mine", reuse=tf.AUTO_REUSE).name,
        lambda: tf.layers.dense(x, 3, name="mine", reuse=True).name,
        lambda: tf.layers.dense(x, 3, name="other", reuse=True).name,
        lambda: tf.layers.dense(x, 3, reuse=True).name,
        lambda: tf.layers.batch_normalization(x, name="bn", reuse=tf.AUTO_REUSE).name,
        lambda: tf.layers.batch_normalization(x, name="bn", reuse=tf.AUTO_REUSE, renorm=True).name,
    )
    layer = tf.layers.Dense(2)
    note(layer(x, scope="given").name)
    note(layer.name, layer.scope_name)
    _collections(tf, note)


def scopes_around(tf, note):
    x = tf.placeholder(tf.float32, [None, 3])
    layer = tf.layers.Dense(2)
    with tf.variable_scope("a"):
        note(layer(x).name, tf.layers.dense(x, 2).name)
    with tf.variable_scope("b"):
        note(layer(x).name, tf.layers.dense(x, 2).name)
    with tf.name_scope("c"):
        note(layer(x).name, tf.layers.dense(x, 2).name, tf.layers.batch_normalization(x, training=True).name)
    with tf.variable_scope("a", reuse=True):
        note(tf.layers.dense(x, 2).name, tf.layers.dense(x, 2, name="dense").name)
    _collections(tf, note)


def a_custom_getter(tf, note):
    def asked(getter, name, *args, **kwargs):
        note("asked for", name, kwargs.get("trainable"))
        return getter(name, *args, **kwargs)

    x = tf.placeholder(tf.float32, [None, 3])
    with tf.variable_scope("scope", custom_getter=asked):
        tf.layers.dense(x, 2)
        tf.layers.batch_normalization(x, training=True)
    _collections(tf, note)


def refusals(tf, note):
    def p(*shape):
        return tf.placeholder(tf.float32, shape)

    picture, rows = p(None, 8, 8, 3), p(None, 3)
    note.tried(
        lambda: tf.layers.conv2d(rows, 4, 3),
        lambda: tf.layers.conv2d(p(None, 8, 8, None), 4, 3),
        lambda: tf.layers.conv2d(picture, 4, 0),
        lambda: tf.layers.conv2d(picture, 4, (3, 3, 3)),
        lambda: tf.layers.conv2d(picture, 4, 9),
        lambda: tf.layers.conv2d(picture, 0, 3),
        lambda: tf.layers.conv2d(picture, 4, 3, padding="full"),
        lambda: tf.layers.conv2d(picture, 4, 3, padding="causal"),
        lambda: tf.layers.conv2d(picture, 4, 3, strides=2, dilation_rate=2),
        lambda: tf.layers.conv2d(picture, 4, 3, data_format="NHWC"),
        lambda: tf.layers.conv1d(rows, 4, 3),
        lambda: tf.layers.conv3d(picture, 4, 3),
        lambda: tf.layers.conv2d_transpose(rows, 4, 3),
        lambda: tf.layers.separable_conv2d(rows, 4, 3),
        lambda: tf.layers.dense(p(3), 4),
        lambda: tf.layers.dense(p(2, None), 4),
        lambda: tf.layers.dense(tf.placeholder(tf.int32, [2, 3]), 4),
        lambda: tf.layers.max_pooling2d(rows, 2, 2),
        lambda: tf.layers.max_pooling2d(picture, 2, 2, padding="full"),
        lambda: tf.layers.batch_normalization(p(None, None)),
        lambda: tf.layers.batch_normalization(rows, axis=2),
        lambda: tf.layers.batch_normalization(rows, axis="last"),
        lambda: tf.layers.batch_normalization(picture, axis=[1, 1]),
        lambda: tf.layers.batch_normalization(rows, renorm_clipping={"rmin": 1, "max": 2}, renorm=True),
        lambda: tf.layers.batch_normalization(rows, virtual_batch_size=0),
        lambda: tf.layers.batch_normalization(rows, virtual_batch_size=2, axis=0),
        lambda: tf.layers.batch_normalization(rows, virtual_batch_size=2, adjustment=lambda shape: (1.0, 0.0)),
        lambda: tf.layers.dropout(rows, rate=1.5, training=True),
        lambda: tf.layers.Dense(3, colour="red"),
        lambda: tf.layers.Dense(3).count_params(),
        lambda: tf.layers.Dense(3).scope_name,
        lambda: tf.layers.Dense(3).output,
    )


def inputs_of_other_sizes(tf, note):
    layer = tf.layers.Dense(2)
    layer(tf.placeholder(tf.float32, [None, 3]))
    conv = tf.layers.Conv2D(2, 3)
    conv(tf.placeholder(tf.float32, [None, 8, 8, 3]))
    norm = tf.layers.BatchNormalization()
    norm(tf.placeholder(tf.float32, [None, 3]))
    note.tried(
        lambda: layer(tf.placeholder(tf.float32, [None, 4])),
        lambda: layer(tf.placeholder(tf.float32, [5, 6, 3])).shape.as_list(),
        lambda: conv(tf.placeholder(tf.float32, [None, 6, 9, 3])).shape.as_list(),
        lambda: conv(tf.placeholder(tf.float32, [None, 6, 9, 4])),
        lambda: norm(tf.placeholder(tf.float32, [None, 4])),
        lambda: norm(tf.placeholder(tf.float32, [2, 2, 3])),
    )


def output_shapes(tf, note):
    for layer, shape in (
        (tf.layers.Conv1D(4, 3), [None, 8, 3]),
        (tf.layers.Conv1D(4, 3, strides=2, padding="same"), [2, None, 3]),
        (tf.layers.Conv1D(4, 3, padding="causal", dilation_rate=2), [2, 8, 3]),
        (tf.layers.Conv1D(4, 3, data_format="channels_first"), [2, 3, 8]),
        (tf.layers.Conv3D(4, 3, strides=2), [None, 7, 8, None, 3]),
        (tf.layers.Conv3D(4, 3, dilation_rate=2, data_format="channels_first"), [None, 3, 7, 8, 9]),
        (tf.layers.Conv2DTranspose(4, 3, strides=2), [None, 7, None, 3]),
        (tf.layers.Conv2DTranspose(4, 3, strides=2, padding="same", data_format="channels_first"), [None, 3, 7, 8]),
        (tf.layers.Conv3DTranspose(4, (1, 2, 3), strides=(3, 2, 1)), [None, 7, 8, 9, 3]),
        (tf.layers.SeparableConv2D(4, 3, dilation_rate=2), [None, 7, 8, 3]),
        (tf.layers.SeparableConv1D(4, 3, strides=2), [None, 7, 3]),
        (tf.layers.MaxPooling1D(2, 2), [None, 7, 3]),
        (tf.layers.AveragePooling1D(2, 2, data_format="channels_first"), [None, 3, 7]),
        (tf.layers.MaxPooling3D(2, 2, padding="same"), [None, 7, None, 6, 3]),
        (tf.layers.AveragePooling3D(2, 1, data_format="channels_first"), [None, 3, 7, 8, 9]),
        (tf.layers.BatchNormalization(), [None, 7, 3]),
        (tf.layers.Flatten(), [None, 7, 3]),
        (tf.layers.Flatten(), [2, None, 3]),
        (tf.layers.Dense(5), [2, 7, 3]),
        (tf.layers.Dropout(), [2, 7, 3]),
    ):
        note(
            str(layer.compute_output_shape(tf.TensorShape(shape))), str(layer(tf.placeholder(tf.float32, shape)).shape)
        )
