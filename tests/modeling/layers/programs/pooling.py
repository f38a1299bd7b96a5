"""Pooling of one to three spatial axes."""


def build(tf):
    shapes = {
        1: ([None, 8, 3], [None, None, 3], [None, 3, 8]),
        2: ([None, 8, 8, 3], [None, None, None, 3], [None, 3, 8, 8]),
        3: ([None, 6, 7, 8, 2], [None, None, None, None, 2], [None, 2, 6, 7, 8]),
    }
    for rank, (known, unknown, first) in shapes.items():
        x, y, z = (tf.placeholder(tf.float32, shape) for shape in (known, unknown, first))
        for kind in ("max", "average"):
            function = getattr(tf.layers, f"{kind}_pooling{rank}d")
            function(x, 2, 2)
            function(x, [3] * rank, 1, padding="same", name=f"{kind}{rank}")
            function(x, 2, [3] * rank, padding="SAME")
            function(y, 2, 2)
            function(z, 2, 2, data_format="channels_first")
            function(z, 3, 2, padding="same", data_format="channels_first")
            name = ("Max" if kind == "max" else "Average") + f"Pooling{rank}D"
            layer = getattr(tf.layers, name)(2, 1)
            layer(x)
            layer(x)
            with tf.variable_scope("outer"):
                function(x, 2, 2)
