import os

import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

STEPS = int(os.environ.get("PROGRAM_STEPS", "1000"))

# <model>

    # What the rest of the program asks the model for.
    @property
    def input(self):
        return self.__x

    @property
    def output_flat(self):
        return self.__y_flat


model = CAE_CNN()
model_in, model_out_flat = model.input, model.output_flat

# <loss>

# The training loop is not shown.
mnist = input_data.read_data_sets("MNIST_data/", one_hot=True)
merged = tf.summary.merge_all()
saver = tf.train.Saver()
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    held_out = {model_in: mnist.validation.images[:500]}
    print("loss before %.4f" % sess.run(loss, held_out))
    for step in range(STEPS):
        sess.run(train_step, {model_in: mnist.train.next_batch(50)[0]})
    print("loss after %.4f" % sess.run(loss, held_out))
    sess.run(merged, held_out)
    os.makedirs("cae_cnn", exist_ok=True)
    print(saver.save(sess, "cae_cnn/model.ckpt", 34))
