import numpy as np
import tensorflow as tf

# Weights of the two layers, which the listing names and does not make.
D_W1, D_b1 = tf.Variable(tf.random_normal([784, 128], stddev=0.05)), tf.Variable(tf.zeros([128]))
D_W2, D_b2 = tf.Variable(tf.random_normal([128, 1], stddev=0.1)), tf.Variable(tf.zeros([1]))
theta_D = [D_W1, D_W2, D_b1, D_b2]

# <discriminator>

# Pictures of ones stand for real ones and noise for false ones.
D_real = discriminator(tf.ones([8, 784]))
D_fake = discriminator(tf.random_uniform([8, 784], seed=1))

# <losses>

# <clip>

# The book's loss is what the discriminator makes large.
D_solver = tf.train.RMSPropOptimizer(5e-5).minimize(-D_loss, var_list=theta_D)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    losses = []
    for step in range(60):
        losses.append(sess.run([D_loss, D_solver])[0])
        sess.run(clip_D)
    print("clipped", all(np.abs(value).max() <= 0.01 + 1e-9 for value in sess.run(theta_D)))
    print("difference grows", bool(losses[-1] > losses[1]))
