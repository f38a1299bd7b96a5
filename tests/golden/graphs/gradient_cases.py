"""Programs whose gradient graphs are compared node by node with TensorFlow's; `tf` is handed in."""

_SHAPES = {"known": (2, 3), "partly": (None, 3), "unknown": None}
UNARY = (
    "negative", "abs", "square", "sqrt", "rsqrt", "exp", "expm1", "log", "log1p", "sin", "cos", "sigmoid", "tanh",
    "reciprocal", "sign", "floor", "nn.relu", "nn.softmax", "nn.elu", "nn.softplus", "identity", "stop_gradient",
    "zeros_like", "ones_like", "nn.l2_loss", "transpose", "nn.log_softmax", "nn.relu6", "nn.leaky_relu",
)  # fmt: skip
BINARY = (
    "add", "subtract", "multiply", "divide", "pow", "maximum", "minimum", "squared_difference", "floormod", "floordiv",
)  # fmt: skip
REDUCTIONS = ("reduce_sum", "reduce_mean", "reduce_max", "reduce_min", "reduce_logsumexp")


def resolve(tf, path):
    for part in path.split("."):
        tf = getattr(tf, part)
    return tf


def cases(tf):
    def P(shape, dtype=tf.float32):
        return tf.placeholder(dtype, shape)

    def of_one(path, shape, **kwargs):
        def build():
            x = P(shape)
            tf.gradients(resolve(tf, path)(x, **kwargs), x)

        return build

    def of_two(path, left, right):
        def build():
            x, y = P(left), P(right)
            tf.gradients(resolve(tf, path)(x, y), [x, y])

        return build

    found = {}
    for name, shape in _SHAPES.items():
        for path in UNARY:
            found[f"{path} {name}"] = of_one(path, shape)
        for path in BINARY:
            found[f"{path} {name}"] = of_two(path, shape, shape)
            found[f"{path} {name} stretched"] = of_two(path, shape, (3,))
            found[f"{path} {name} number"] = of_two(path, (), shape)
        for path in REDUCTIONS:
            found[f"{path} {name}"] = of_one(path, shape)
            found[f"{path} {name} axis"] = of_one(path, shape, axis=0)
            found[f"{path} {name} keep"] = of_one(path, shape, axis=[-1], keepdims=True)
    return found | moved(tf, P) | walks(tf, P) | slices(tf, P) | branches(tf, P) | customs(tf, P)


def moved(tf, P):
    def of(function, *shapes):
        def build():
            xs = [P(shape) for shape in shapes]
            tf.gradients(function(*xs), xs)

        return build

    return {
        "reshape": of(lambda x: tf.reshape(x, [3, 2]), (2, 3)),
        "reshape unknown": of(lambda x: tf.reshape(x, [-1]), (None, 3)),
        "concat": of(lambda x, y: tf.concat([x, y], 1), (2, 3), (2, 1)),
        "concat unknown": of(lambda x, y: tf.concat([x, y], -1), (2, None), (2, 1)),
        "stack": of(lambda x, y: tf.stack([x, y], 1), (2, 3), (2, 3)),
        "unstack": of(lambda x: tf.unstack(x)[0], (2, 3)),
        "split": of(lambda x: tf.split(x, 2, 1)[1], (2, 4)),
        "slice": of(lambda x: tf.slice(x, [0, 1], [2, 1]), (2, 3)),
        "index": of(lambda x: x[1], (2, 3)),
        "index partly": of(lambda x: x[:, 1:], (None, 3)),
        "pad": of(lambda x: tf.pad(x, [[1, 1], [0, 2]]), (2, 3)),
        "tile": of(lambda x: tf.tile(x, [2, 1]), (2, 3)),
        "expand_dims": of(lambda x: tf.expand_dims(x, 0), (2, 3)),
        "squeeze": of(lambda x: tf.squeeze(x), (1, 3)),
        "where": of(lambda x, y: tf.where(x > 0, x, y), (2, 3), (2, 3)),
        "cast": of(lambda x: tf.cast(x, tf.float64), (2, 3)),
        "clip_by_value": of(lambda x: tf.clip_by_value(x, 0.0, 1.0), (2, 3)),
        "matmul": of(lambda x, y: tf.matmul(x, y), (2, 3), (3, 4)),
        "matmul turned": of(lambda x, y: tf.matmul(x, y, transpose_a=True), (3, 2), (3, 4)),
        "bias_add": of(lambda x, y: tf.nn.bias_add(x, y), (2, 3), (3,)),
        "fill": of(lambda x: tf.fill([2, 3], x), ()),
        "add_n": of(lambda x, y: tf.add_n([x, y, x]), (2, 3), (2, 3)),
        "second derivative": of(lambda x: tf.gradients(x * x * tf.sin(x), x)[0], (2, 3)),
        "second derivative of a reduction": of(lambda x: tf.gradients(tf.reduce_mean(tf.square(x)), x)[0], (None, 3)),
        "cross entropy": of(lambda x, y: tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=x), (2, 3), (2, 3)),
        "sigmoid cross entropy": of(
            lambda x, y: tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=x), (2, 3), (2, 3)
        ),
    }


def walks(tf, P):
    def three(**kwargs):
        def build():
            x, y = P((3,)), P((3,))
            z = x * y + tf.sin(x) + tf.exp(x)
            tf.gradients(z, [x, y], **kwargs)

        return build

    def stopped():
        x, y = P((3,)), P((3,))
        z = x * y
        tf.gradients([tf.sin(z), z], [x, y, z], grad_ys=[tf.ones([3]), None], stop_gradients=[z])

    def unconnected():
        x = P((3,))
        tf.gradients(tf.sin(x), [x, P((2,))], unconnected_gradients=tf.UnconnectedGradients.ZERO)

    return {
        "several readers": three(),
        "tree": three(aggregation_method=tf.AggregationMethod.EXPERIMENTAL_TREE),
        "accumulate": three(aggregation_method=tf.AggregationMethod.EXPERIMENTAL_ACCUMULATE_N),
        "gated": three(gate_gradients=True),
        "colocated": three(colocate_gradients_with_ops=True),
        "named": three(name="slopes"),
        "stopped": stopped,
        "unconnected": unconnected,
        "bad method": three(aggregation_method=7),
        "bad unconnected": three(unconnected_gradients="no"),
        "bad starts": three(grad_ys=[1.0, 2.0]),
    }


def slices(tf, P):
    def of(function, use_resource=False):
        def build():
            v = tf.Variable(tf.ones([5, 3]), name="v", use_resource=use_resource)
            return tf.gradients(function(v), v)[0]

        return build

    def once(v):
        return tf.gather(v, [1, 2, 2])

    def unknown():
        x = P(None)
        tf.gradients(tf.gather(x, P(None, tf.int32)), x)

    def dense(use_resource):
        return lambda: tf.convert_to_tensor(of(once, use_resource)())

    found = {"unknown rows": unknown}
    for kind in (False, True):
        name = "handle" if kind else "reference"
        found |= {
            f"rows {name}": of(once, kind),
            f"rows twice {name}": of(lambda v: once(v) + tf.gather(v, [0, 1, 1]), kind),
            f"rows and whole {name}": of(lambda v: tf.reduce_sum(once(v)) + tf.reduce_sum(v * 1.0), kind),
            f"rows of rows {name}": of(lambda v: tf.gather(once(v), [0]), kind),
            f"rows of a product {name}": of(lambda v: tf.gather(v * 2.0, [1]), kind),
            f"rows by coordinates {name}": of(lambda v: tf.gather_nd(v, [[0], [1]]), kind),
            f"rows made whole {name}": dense(kind),
            f"read {name}": of(lambda v: v[1:] * 2.0, kind),
        }
    for path in ("identity", "stop_gradient", "negative", "square", "abs", "nn.l2_loss", "reduce_sum"):
        found[f"{path} of slices"] = lambda path=path: resolve(tf, path)(of(once)())
    found |= {
        "minus slices": lambda: -of(once)(),
        "cast of slices": lambda: tf.cast(of(once)(), tf.float64),
        "sum of slices": lambda: tf.add_n([of(once)(), tf.ones([5, 3])]),
        "slices waited for": lambda: tf.group(of(once)(), tf.no_op()),
        "slices gated": lambda: tf.tuple([of(once)(), tf.ones([2])]),
        "scalar times slices": lambda: tf.scalar_mul(2.0, of(once)()),
        "clipped slices": lambda: tf.clip_by_value(of(once)(), 0.0, 1.0),
        "norm of slices": lambda: tf.global_norm([of(once)(), tf.ones([2])]),
        "slices clipped by norm": lambda: tf.clip_by_norm(of(once)(), 1.0),
        "slices clipped by global norm": lambda: tf.clip_by_global_norm([of(once)(), None, tf.ones([2])], 1.0),
        "slices without a shape": lambda: tf.convert_to_tensor(tf.IndexedSlices(tf.ones([1]), tf.constant([0]))),
        "slices of another type": lambda: tf.convert_to_tensor(of(once)(), dtype=tf.int32),
    }
    return found


def branches(tf, P):
    def of(if_true, if_false, use_resource=False):
        def build():
            v = tf.Variable(tf.ones([5, 3]), name="v", use_resource=use_resource)
            y = tf.cond(P((), tf.bool), lambda: if_true(v), lambda: if_false(v))
            tf.gradients(y, v)

        return build

    def after():
        v = tf.Variable(tf.ones([5, 3]), name="v")
        y = tf.cond(P((), tf.bool), lambda: v + 1.0, lambda: v * 2.0)
        tf.gradients(tf.gather(y, [1]), v)

    return {
        "branch": of(lambda v: v * 2.0, lambda v: tf.sin(v)),
        "branch of a handle": of(lambda v: v * 2.0, lambda v: tf.zeros([5, 3]), True),
        "branch of rows": of(lambda v: tf.gather(v, [0, 0]), lambda v: tf.zeros([2, 3])),
        "branch of rows and parts": of(lambda v: tf.gather(v, [0, 0]), lambda v: v[:2]),
        "rows of a branch": after,
    }


def customs(tf, P):
    def softplus():
        @tf.custom_gradient
        def f(x):
            return tf.log(1.0 + tf.exp(x)), lambda dy: dy * (1.0 - 1.0 / (1.0 + tf.exp(x)))

        x = P((3,))
        tf.gradients(f(x), x)

    def with_variables():
        v = tf.Variable(2.0, name="v")
        w = tf.Variable(3.0, name="w", use_resource=True)

        @tf.custom_gradient
        def f(a, b):
            def grad(da, db, variables=None):
                return [da, db], [tf.constant(5.0) for _ in variables]

            return [a * w, b * v], grad

        x = P((3,))
        tf.gradients(f(x, x * 2.0), [x, v, w])

    def overridden():
        with tf.get_default_graph().gradient_override_map({"Relu": "Identity"}):
            x = P((3,))
            tf.gradients(tf.nn.relu(x), x)

    def without_variables():
        w = tf.Variable(3.0, use_resource=True)
        tf.custom_gradient(lambda a: (a * w, lambda dy: dy))(P((3,)))

    def with_a_new_reference():
        tf.custom_gradient(lambda a: (a * tf.get_variable("q", []), lambda dy: dy))(P((3,)))

    def with_keywords():
        tf.custom_gradient(lambda a, k=1: (a, lambda dy: dy))(P((3,)), k=2)

    def too_few():
        x = P((3,))
        tf.gradients(tf.custom_gradient(lambda a, b: (a, lambda dy: dy))(x, x), x)

    def passed_through():
        x = P((3,))
        tf.gradients(tf.grad_pass_through(tf.sign)(x), x)

    return {
        "custom gradient": softplus,
        "custom gradient of variables": with_variables,
        "overridden gradient": overridden,
        "custom gradient without its variables": without_variables,
        "custom gradient with a new reference": with_a_new_reference,
        "custom gradient with keywords": with_keywords,
        "too few custom gradients": too_few,
        "passed through": passed_through,
    }
