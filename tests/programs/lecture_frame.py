"""Seed 001's convnet: data, loss, optimizer and training loop around the pieces the lecture note gives.

`extract.py` fills the lines marked in angle brackets. Not a program before that.
"""

import gzip
import os

import numpy as np
import tensorflow as tf

EPOCHS = int(os.environ.get("PROGRAM_EPOCHS", "1"))
EXAMPLES = int(os.environ.get("PROGRAM_EXAMPLES", "55000"))
BATCH_SIZE = 128


def read_mnist(kind, count):
    with gzip.open(f"{kind}-labels-idx1-ubyte.gz") as file:
        labels = np.frombuffer(file.read(), np.uint8, offset=8)[:count]
    with gzip.open(f"{kind}-images-idx3-ubyte.gz") as file:
        images = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 28, 28)[:count]
    return images.astype(np.float32) / 255.0, np.eye(10, dtype=np.float32)[labels]


# <functions>


class ConvNet:
    def __init__(self):
        self.keep_prob = tf.constant(0.75)
        self.n_classes = 10
        self.training = True
        self.global_step = tf.Variable(0, dtype=tf.int32, trainable=False, name="global_step")

    def get_data(self):
        with tf.name_scope("data"):
            self.images = tf.placeholder(tf.float32, [None, 28, 28], name="images")
            self.labels = tf.placeholder(tf.float32, [None, 10], name="labels")
            dataset = tf.data.Dataset.from_tensor_slices((self.images, self.labels))
            dataset = dataset.shuffle(1000, seed=7).batch(BATCH_SIZE)
            self.iterator = tf.data.make_initializable_iterator(dataset)
            images, self.label = self.iterator.get_next()
            self.img = tf.reshape(images, [-1, 28, 28, 1])

    # <inference>

    # <eval>

    def optimize(self):
        with tf.name_scope("loss"):
            entropy = tf.nn.softmax_cross_entropy_with_logits(labels=self.label, logits=self.logits)
            self.loss = tf.reduce_mean(entropy, name="loss")
        optimizer = tf.train.AdamOptimizer(0.001)
        self.opt = optimizer.minimize(self.loss, global_step=self.global_step)

    def summarize(self):
        with tf.name_scope("summaries"):
            tf.summary.scalar("loss", self.loss)
            tf.summary.scalar("accuracy", self.accuracy)
            tf.summary.histogram("histogram_loss", self.loss)
            self.summary_op = tf.summary.merge_all()

    def build(self):
        self.get_data()
        self.inference()
        self.optimize()
        self.eval()
        self.summarize()

    def one_pass(self, sess, data, fetches):
        sess.run(self.iterator.initializer, {self.images: data[0], self.labels: data[1]})
        while True:
            try:
                yield sess.run(fetches)
            except tf.errors.OutOfRangeError:
                return

    def train(self, train_set, test_set):
        saver = tf.train.Saver()
        writer = tf.summary.FileWriter("graphs", tf.get_default_graph())
        with tf.Session() as sess:
            sess.run(tf.global_variables_initializer())
            for epoch in range(EPOCHS):
                losses = []
                fetches = [self.opt, self.loss, self.summary_op, self.global_step]
                for _, loss, summary, step in self.one_pass(sess, train_set, fetches):
                    writer.add_summary(summary, global_step=step)
                    losses.append(loss)
                right = sum(self.one_pass(sess, test_set, self.accuracy))
                print(f"Epoch {epoch} loss {np.mean(losses):.3f} accuracy {right / len(test_set[0]):.4f}")
            saver.save(sess, os.path.join("checkpoints", "convnet"), global_step=self.global_step)
        writer.close()


if __name__ == "__main__":
    os.makedirs("checkpoints", exist_ok=True)
    tf.set_random_seed(1)
    model = ConvNet()
    model.build()
    model.train(read_mnist("train", EXAMPLES), read_mnist("t10k", EXAMPLES))
