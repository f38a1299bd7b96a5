import numpy as np
import tensorflow as tf

# Inputs for listings that are given without any.
inputs = tf.ones([4, 8, 8, 3])
filters, kernel_size = 6, 3
is_training = True
dropout = 0.4

# The listing is the end of a call.
pool2 = tf.layers.conv2d(inputs, 6, 3, padding="same",
    # <initializers>

# <l2>

# <regularized>

# <batch_norm>

fc1 = tf.layers.flatten(pool3)

# <dropout>

task_loss = tf.reduce_mean(tf.square(fc1))

# <collected>

# <combined>

with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    values = session.run([train_loss, combined_loss, reg_losses[0]])
    print("regularized by %.6f" % (values[1] - values[0]), "which is %.6f" % values[2])
