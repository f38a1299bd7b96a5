"""Averages of variables and tensors, with and without correction, weighted, and next to an optimizer."""

import importlib
import importlib.util


def module():
    """Functions that TensorFlow does not list, of whichever library is here."""
    is_ours = importlib.util.find_spec("convflow") is not None
    return importlib.import_module("convflow.training.moving_averages" if is_ours else THEIRS)


THEIRS = "tensorflow.python.training.moving_averages"


def build(tf):
    step = tf.train.get_or_create_global_step()
    with tf.variable_scope("model"):
        weights = tf.get_variable("weights", [3, 2], initializer=tf.zeros_initializer())
        biases = tf.get_variable("biases", [2], tf.float64, initializer=tf.zeros_initializer())
    loss = tf.reduce_sum(tf.placeholder(tf.float32, [3, 2], name="x"), name="loss")
    ema = tf.train.ExponentialMovingAverage(0.99)
    ema.apply()
    ema.apply([weights])
    counted = tf.train.ExponentialMovingAverage(0.5, num_updates=step, name="Counted")
    train_op = tf.train.GradientDescentOptimizer(0.1).apply_gradients([(tf.ones([3, 2]), weights)], step)
    with tf.control_dependencies([train_op]):
        counted.apply([weights, biases])
    tf.train.ExponentialMovingAverage(0.9, zero_debias=True, name="avg").apply([loss, weights])
    tf.train.ExponentialMovingAverage(tf.placeholder(tf.float32, [], name="decay"), name="raw").apply([loss])
    moving_averages = module()
    plain = tf.get_variable("plain", [2], initializer=tf.zeros_initializer(), trainable=False)
    moving_averages.assign_moving_average(plain, tf.ones([2]), 0.9, zero_debias=False)
    moving_averages.assign_moving_average(plain, tf.ones([2]), 0.9, name="debiased")
    moving_averages.assign_moving_average(plain, tf.ones([2]), 0.9)
    moving_averages.weighted_moving_average(loss, 0.9, tf.constant(2.0))
    moving_averages.weighted_moving_average(loss, 0.9, tf.constant(2.0), truediv=False, name="weighted")
