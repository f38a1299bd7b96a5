import os

import tensorflow as tf

STEPS = int(os.environ.get("PROGRAM_STEPS", "0"))

# The autoencoder whose encoder is transferred, with the names that the book's list shows: it is trained for a
# moment in a graph of its own, where the book takes the checkpoint of the chapter before.
with tf.Graph().as_default(), tf.Session() as sess:
    pictures = tf.placeholder(tf.float32, [None, 784])
    net = tf.reshape(pictures, [-1, 28, 28, 1])
    net = tf.layers.conv2d(net, 16, [5, 5], strides=(2, 2), padding="same", activation=tf.nn.relu, name="conv1")
    net = tf.layers.conv2d(net, 32, [5, 5], strides=(2, 2), padding="same", activation=tf.nn.relu, name="conv2")
    net = tf.layers.conv2d_transpose(net, 16, [5, 5], strides=(2, 2), padding="same", activation=tf.nn.relu)
    net = tf.layers.conv2d_transpose(net, 1, [5, 5], strides=(2, 2), padding="same", activation=tf.nn.sigmoid)
    rebuilt = tf.reshape(net, [-1, 784])
    step = tf.train.AdamOptimizer(1e-3).minimize(tf.losses.mean_squared_error(pictures, rebuilt))
    sess.run(tf.global_variables_initializer())
    from tensorflow.examples.tutorials.mnist import input_data

    data = input_data.read_data_sets("MNIST_data/")
    for _ in range(50):
        sess.run(step, {pictures: data.train.next_batch(50)[0]})
    os.makedirs("cae_cnn", exist_ok=True)
    os.makedirs("cae_cnn_transfer", exist_ok=True)
    tf.train.Saver().save(sess, "cae_cnn/model.ckpt", 34)

# <model>

# <graph>
    # A shorter run when the environment asks for one.
    if STEPS:
        num_epoch, mnist.train._num_examples = 1, STEPS * batch_size
        if epoch:
            break
    # <loop>

kept = sess.run([v for v in list_convs if v.name == "conv1/kernel:0"])[0]
restored = tf.train.load_variable("cae_cnn/model.ckpt-34", "conv1/kernel")
print("variables", [v.name for v in list_convs + list_fc_layers])
print("encoder unchanged", bool((kept == restored).all()))
print("test accuracy %.4f" % sess.run(accuracy, {model_in: mnist.test.images, labels_in: mnist.test.labels}))
