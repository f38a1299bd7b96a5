import os

import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

# <models>

STEPS = int(os.environ.get("PROGRAM_STEPS", "1000"))
batch_size, dim = 64, 96
x = tf.placeholder(tf.float32, [None, 784])

# <sample>

# <reuse>

# <loss>

# <solvers>

# <variables>

# <steps>

# The training loop is not shown: both steps in turn, on pictures between -1 and 1.
mnist = input_data.read_data_sets("MNIST_data/", one_hot=True)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(STEPS):
        feed = {x: mnist.train.next_batch(batch_size)[0] * 2 - 1}
        d_loss, _ = sess.run([discriminator_loss, discriminator_train_step], feed)
        g_loss, _ = sess.run([generator_loss, generator_train_step], feed)
        if step % 100 == 0:
            print("step %d discriminator %.3f generator %.3f" % (step, d_loss, g_loss))
    print("generated", sess.run(generator_sample).shape, "variables", len(discriminator_vars), len(generator_vars))
