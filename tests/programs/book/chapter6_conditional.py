import tensorflow as tf

# Weights, which the listing names and does not make: 10 labels beside 100 numbers or 784 pixels.
weights = lambda *shape: tf.Variable(tf.random_normal(shape, stddev=0.1))  # noqa: E731
G_W1, G_b1, G_W2, G_b2 = weights(110, 128), weights(128), weights(128, 784), weights(784)
D_W1, D_b1, D_W2, D_b2 = weights(794, 128), weights(128), weights(128, 1), weights(1)

# <models>


# Helpers that the book takes from elsewhere: a linear layer, and one with a leaky activation.
class util:
    lrelu = staticmethod(tf.nn.leaky_relu)

    @staticmethod
    def linear_std(input, size, name):
        return tf.layers.dense(input, size, name=name)


def linear(input, size):
    return tf.layers.dense(input, size)


hidden_size = 8

# <minibatch>


z, y = tf.random_normal([4, 100]), tf.one_hot([1, 2, 3, 4], 10)
picture = generator(z, y)
probability, logit = discriminator(picture, y)
judged = discriminator_mb(picture, hidden_size)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for name, value in zip(["picture", "probability", "judged"], sess.run([picture, probability, judged])):
        print(name, value.shape, bool((value >= 0).all() and (value <= 1).all()))
