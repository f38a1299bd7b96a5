import os

import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

STEPS = int(os.environ.get("PROGRAM_STEPS", "1000"))

# <encoder>
        # <latent>

        # <decoder>
            # <decoder_end>

    # What the rest of the program asks the model for.
    @property
    def input(self):
        return self.__x

    @property
    def output_flat(self):
        return self.__y_flat

    @property
    def z_mean(self):
        return self.__w_mean

    @property
    def z_stddev(self):
        return self.__w_stddev


model = VAE_CNN()
model_in, model_out_flat = model.input, model.output_flat
z_mean, z_stddev = model.z_mean, model.z_stddev

# <loss>

# The training loop is not shown.
mnist = input_data.read_data_sets("MNIST_data/", one_hot=True)
saver = tf.train.Saver()
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    held_out = {model_in: mnist.validation.images[:500]}
    print("loss before %.4f" % sess.run(loss, held_out))
    for step in range(STEPS):
        sess.run(train_step, {model_in: mnist.train.next_batch(50)[0]})
    print("loss after %.4f" % sess.run(loss, held_out))
    saver.save(sess, "./vae.ckpt")

# The generator is a graph of its own that takes the decoder's weights.
tf.reset_default_graph()

# <generator>


generator = VAE_CNN_GEN()
with tf.Session() as sess:
    tf.train.Saver().restore(sess, "./vae.ckpt")
    import numpy as np

    pictures = sess.run(generator.output, {generator.input: np.random.RandomState(0).randn(16, 20)})
    print("generated", pictures.shape, "between %d and %d" % (pictures.min() >= 0, pictures.max() <= 1))
