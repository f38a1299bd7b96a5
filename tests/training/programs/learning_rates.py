"""Every learning-rate schedule, with defaults and with all arguments, of numbers and of tensors."""


def build(tf):
    step = tf.train.get_or_create_global_step()
    short = tf.placeholder(tf.int32, [], name="short")
    rate = tf.placeholder(tf.float64, [], name="rate")
    train = tf.train
    train.exponential_decay(0.1, step, 1000, 0.96)
    train.exponential_decay(rate, short, 10, 0.96, staircase=True, name="staircase")
    train.exponential_decay(0.1, 30, 1000, 0.96)
    train.natural_exp_decay(0.1, step, 1000, 0.5)
    train.natural_exp_decay(0.1, step, 1000, 0.5, staircase=True, name="natural")
    train.inverse_time_decay(0.1, step, 1000, 0.5)
    train.inverse_time_decay(0.1, step, 1000, 0.5, staircase=True, name="inverse")
    train.polynomial_decay(0.1, step, 1000)
    train.polynomial_decay(0.1, step, 1000, 0.01, power=0.5, cycle=True, name="cycle")
    train.piecewise_constant(step, [100, 200], [1.0, 0.5, 0.1])
    train.piecewise_constant_decay(short, [100], [1.0, 0.5], name="pieces")
    train.piecewise_constant(tf.cast(step, tf.int32), [1, 2, 3], [4, 3, 2, 1])
    train.cosine_decay(0.1, step, 1000)
    train.cosine_decay(0.1, step, 1000, alpha=0.25, name="cosine")
    train.cosine_decay_restarts(0.1, step, 100)
    train.cosine_decay_restarts(0.1, step, 100, t_mul=1.0, m_mul=0.5, alpha=0.25, name="restarts")
    train.linear_cosine_decay(0.1, step, 1000)
    train.linear_cosine_decay(0.1, step, 1000, 2.0, 0.25, 0.5, name="linear")
    train.noisy_linear_cosine_decay(0.1, step, 1000)
    train.noisy_linear_cosine_decay(0.1, step, 1000, 2.0, 0.25, 0.5, 0.125, 0.25, name="noisy")
    with tf.name_scope("outer"):
        train.exponential_decay(0.1, step, 1000, 0.96)
        train.piecewise_constant(step, [100], [1.0, 0.5])
