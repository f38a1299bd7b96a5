"""Savers in the ways programs use them."""


def build(tf):
    with tf.variable_scope("conv_1"):
        weights = tf.get_variable("_weights", initializer=tf.zeros_initializer(), shape=[4, 3])
        biases = tf.get_variable("_biases", initializer=tf.zeros_initializer(), shape=[3])
    text = tf.Variable(b"text", name="text")
    tf.train.get_or_create_global_step()
    tf.train.Saver()
    tf.train.Saver({"w": weights, "a": biases}, name="named", max_to_keep=2)
    tf.train.Saver([weights, text], reshape=True, filename="elsewhere")
    with tf.name_scope("scope"):
        tf.train.Saver([biases], restore_sequentially=True)
