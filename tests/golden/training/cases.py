"""What is trained, and how: the same functions record under TensorFlow and check here; `tf` is handed in."""

import numpy as np

STEPS = 20
DTYPES = ("float32", "float64")


def gradients():
    rng = np.random.RandomState(0)
    values = rng.randn(STEPS, 3, 5) * 10.0 ** rng.randint(-4, 2, (STEPS, 3, 5))
    values[:, 0, 0] = 0.0
    return values


def optimizers(tf):
    """Functions of the global step that make the optimizers, by name."""
    train = tf.train
    return {
        "gradient_descent": lambda step: train.GradientDescentOptimizer(0.05),
        "momentum": lambda step: train.MomentumOptimizer(0.05, 0.75),
        "momentum_nesterov": lambda step: train.MomentumOptimizer(0.05, 0.75, use_nesterov=True),
        "adagrad": lambda step: train.AdagradOptimizer(0.5),
        "adagrad_da": lambda step: train.AdagradDAOptimizer(
            0.5, step, l1_regularization_strength=0.01, l2_regularization_strength=0.1
        ),
        "adadelta": lambda step: train.AdadeltaOptimizer(1.0, rho=0.75, epsilon=1e-4),
        "rmsprop": lambda step: train.RMSPropOptimizer(0.05, decay=0.75),
        "rmsprop_momentum": lambda step: train.RMSPropOptimizer(0.05, momentum=0.5, epsilon=0.01),
        "rmsprop_centered": lambda step: train.RMSPropOptimizer(0.05, momentum=0.5, epsilon=0.01, centered=True),
        "adam": lambda step: train.AdamOptimizer(0.01),
        "adam_large_epsilon": lambda step: train.AdamOptimizer(0.1, beta1=0.5, beta2=0.9, epsilon=0.1),
        "ftrl": lambda step: train.FtrlOptimizer(0.5),
        "ftrl_regularized": lambda step: train.FtrlOptimizer(
            0.5, l1_regularization_strength=0.1, l2_regularization_strength=0.1, initial_accumulator_value=0.5
        ),
        "ftrl_shrinking": lambda step: train.FtrlOptimizer(
            0.5, l2_shrinkage_regularization_strength=0.1, learning_rate_power=-0.25, beta=0.5
        ),
        "proximal_gradient_descent": lambda step: train.ProximalGradientDescentOptimizer(*typed(tf, 0.05, 0.01, 0.1)),
        "proximal_adagrad": lambda step: train.ProximalAdagradOptimizer(typed(tf, 0.5)[0], 0.1, *typed(tf, 0.01, 0.1)),
    }


def typed(tf, *values):
    """Numbers in the type of the trained variable: two optimizers do not cast theirs."""
    return [tf.constant(value, tf.trainable_variables()[0].dtype.base_dtype) for value in values]


def dense_path(tf, make, dtype):
    """The variable after each step with `gradients()`."""
    with tf.Graph().as_default(), tf.Session() as session:
        variable = tf.Variable(np.ones([3, 5], dtype))
        gradient = tf.placeholder(dtype, [3, 5])
        step = tf.train.get_or_create_global_step()
        train_op = make(step).apply_gradients([(gradient, variable)], global_step=step)
        session.run(tf.global_variables_initializer())
        path = []
        for value in gradients().astype(dtype):
            session.run(train_op, {gradient: value})
            path.append(session.run(variable))
    return np.array(path)


def slices():
    """Values and row numbers of sparse gradients; rows repeat."""
    rng = np.random.RandomState(1)
    return [(rng.randn(4, 3), rng.randint(0, 5, 4)) for _ in range(STEPS // 2)]


def sparse_path(tf, make, dtype):
    """The variable after each step with `slices()`."""
    with tf.Graph().as_default(), tf.Session() as session:
        variable = tf.Variable(np.ones([5, 3], dtype))
        values, rows = tf.placeholder(dtype, [None, 3]), tf.placeholder(tf.int64, [None])
        step = tf.train.get_or_create_global_step()
        gradient = tf.IndexedSlices(values, rows, tf.constant([5, 3]))
        train_op = make(step).apply_gradients([(gradient, variable)], global_step=step)
        session.run(tf.global_variables_initializer())
        path = []
        for value, numbers in slices():
            session.run(train_op, {values: value.astype(dtype), rows: numbers})
            path.append(session.run(variable))
    return np.array(path)


# Global steps at which the schedules are looked at.
TIMES = (0, 1, 5, 10, 11, 17, 20, 25, 30, 100)


def schedules(tf, step):
    """Learning rates, by name; the noisy one only after its noise has died down."""
    train = tf.train
    return {
        "exponential": train.exponential_decay(0.5, step, 10, 0.75),
        "exponential_staircase": train.exponential_decay(0.5, step, 10, 0.75, staircase=True),
        "natural": train.natural_exp_decay(0.5, step, 10, 0.75),
        "natural_staircase": train.natural_exp_decay(0.5, step, 10, 0.75, staircase=True),
        "inverse_time": train.inverse_time_decay(0.5, step, 10, 0.75),
        "inverse_time_staircase": train.inverse_time_decay(0.5, step, 10, 0.75, staircase=True),
        "polynomial": train.polynomial_decay(0.5, step, 20, 0.01, power=0.5),
        "polynomial_cycle": train.polynomial_decay(0.5, step, 10, 0.01, power=2.0, cycle=True),
        "piecewise": train.piecewise_constant(step, [10, 20], [0.5, 0.25, 0.125]),
        "cosine": train.cosine_decay(0.5, step, 20, alpha=0.1),
        "restarts": train.cosine_decay_restarts(0.5, step, 10, m_mul=0.75, alpha=0.1),
        "restarts_equal": train.cosine_decay_restarts(0.5, step, 10, t_mul=1.0),
        "linear_cosine": train.linear_cosine_decay(0.5, step, 20, num_periods=2.0, alpha=0.1, beta=0.01),
        "noisy": train.noisy_linear_cosine_decay(0.5, step, 20, initial_variance=0.0, alpha=0.1),
        "in_float64": train.exponential_decay(tf.constant(0.5, tf.float64), step, 10, 0.75),
    }


def rates_at_times(tf):
    """The learning rates at `TIMES`, by name."""
    with tf.Graph().as_default(), tf.Session() as session:
        step = tf.placeholder(tf.int64, [])
        rates = schedules(tf, step)
        values = [session.run(rates, {step: time}) for time in TIMES]
    return {name: np.array([value[name] for value in values]) for name in rates}
