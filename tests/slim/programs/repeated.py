"""arg_scope, repeat, stack and the variables found again."""


def build(tf):
    slim = tf.contrib.slim
    images = tf.placeholder(tf.float32, [None, 16, 16, 3], name="images")
    initializer = tf.truncated_normal_initializer(stddev=0.1)
    with slim.arg_scope([slim.conv2d, slim.fully_connected], weights_initializer=initializer):
        with slim.arg_scope([slim.conv2d], padding="VALID", outputs_collections="ends") as scope:
            net = slim.repeat(images, 2, slim.conv2d, 4, [3, 3], scope="conv")
            net = slim.repeat(net, 2, slim.conv2d, 4, [3, 3])
        net = slim.stack(net, slim.conv2d, [(8, [1, 1]), (9, [3, 3])], scope="core")
        with slim.arg_scope(scope):
            net = slim.conv2d(net, 4, 3)
        net = slim.stack(slim.flatten(net), slim.fully_connected, [5, 6])
        slim.stack(net, slim.relu, [5])
    with slim.arg_scope([slim.model_variable, slim.variable], trainable=False):
        slim.model_variable("fixed", [2, 3], initializer=tf.zeros_initializer(), collections=["fixed"])
    slim.variable("placed", [2], device="/cpu:1")
    slim.local_variable(1.0, name="local")
    slim.global_variable(2.0, name="global")
    with slim.arg_scope([slim.model_variable], device=slim.VariableDeviceChooser(2)):
        slim.fully_connected(net, 2, scope="on_servers")
    slim.assign_from_values({})
