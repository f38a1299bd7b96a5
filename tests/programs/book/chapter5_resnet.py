# <groups>

# The first layers and the last ones, which the listing leaves out.
x = tf.placeholder(tf.float32, [None, 32, 32, 3])
training = tf.placeholder(tf.bool)
net = tf.layers.conv2d(x, filters=64, kernel_size=3, padding='same', activation=tf.nn.relu)

# <network>

logits = tf.layers.dense(tf.reduce_mean(net, [1, 2]), 10)
labels = tf.placeholder(tf.int32, [None])
loss = tf.losses.sparse_softmax_cross_entropy(labels=labels, logits=logits)
with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
    train_step = tf.train.GradientDescentOptimizer(0.01).minimize(loss)

# The book speaks of separable convolutions as the block of the next family, without a listing.
separable = tf.layers.separable_conv2d(x, filters=8, kernel_size=3, padding='same', depth_multiplier=2)

import numpy as np

random = np.random.RandomState(0)
feed = {x: random.rand(8, 32, 32, 3), labels: np.arange(8), training: True}
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    first = session.run(loss, feed)
    for _ in range(5):
        session.run(train_step, feed)
    print("bottleneck groups", len(groups), "loss went down", bool(session.run(loss, feed) < first))
    print("separable", session.run(separable, feed).shape)
