"""Transfer from an autoencoder: what unlabelled digits teach helps to tell digits apart from 1,000 labelled ones.

1. The convolutional autoencoder learns to rebuild the training digits of MNIST; no label is looked at.
2. Its encoder with two fully connected layers behind is trained on some labelled digits, in three ways: from scratch;
   with the autoencoder's convolutions, frozen; with them, and trained on. All see the same digits in the same order,
   for as many steps, with the same optimizer and seed.
3. All are tested on the 10,000 test digits, for several seeds; each seed labels other digits.

    python examples/encoder_transfer.py [--folder FOLDER] [--first-steps N] [--steps N] [--labelled N] [--seeds N]

Both networks are described in "Hands-On Convolutional Neural Networks with TensorFlow" (Zafar et al. 2018, ch. 6 and
7). MNIST is found as `tf.keras.datasets.mnist` finds it. Some minutes on one core.
"""

from __future__ import annotations

import argparse
import os
import tempfile

import numpy as np

import convflow as tf
from convflow.models.cae_encoder import autoencoder, cae_encoder

BATCH = 50
WAYS = ("scratch", "frozen", "trained on")


def batches(count, steps, seed):
    """The numbers of the examples of each step."""
    random = np.random.RandomState(seed)
    for _ in range(steps):
        yield random.randint(count, size=BATCH)


def train_autoencoder(pictures, folder, steps):
    """Trains the autoencoder on pictures in [0, 1]; returns its checkpoint and the last batch's error."""
    with tf.Graph().as_default(), tf.Session() as session:
        tf.set_random_seed(1)
        images = tf.placeholder(tf.float32, [None, 28, 28, 1])
        _, decoded = autoencoder(images)
        loss = tf.losses.mean_squared_error(images, decoded)
        train_op = tf.train.AdamOptimizer(1e-3).minimize(loss)
        session.run(tf.global_variables_initializer())
        for number, rows in enumerate(batches(len(pictures), steps, seed=1), start=1):
            _, error = session.run([train_op, loss], {images: pictures[rows]})
            if number % 500 == 0:
                print(f"  autoencoder, step {number} of {steps}: squared error {error:.4f}", flush=True)
        return tf.train.Saver().save(session, os.path.join(folder, "autoencoder.ckpt")), float(error)


def train_classifier(pictures, labels, tested, way, checkpoint, steps, seed):
    """Trains the classifier in one of `WAYS`; returns the share of the tested digits that it gets right."""
    with tf.Graph().as_default(), tf.Session() as session:
        tf.set_random_seed(seed)
        images = tf.placeholder(tf.float32, [None, 28, 28, 1])
        answers = tf.placeholder(tf.int64, [None])
        logits, _ = cae_encoder(images)
        convolutions = [variable for variable in tf.trainable_variables() if variable.name.startswith("conv")]
        others = [variable for variable in tf.trainable_variables() if variable not in convolutions]
        loss = tf.losses.sparse_softmax_cross_entropy(answers, logits)
        trained = others if way == "frozen" else None
        train_op = tf.train.AdamOptimizer(1e-3).minimize(loss, var_list=trained)
        right = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1), answers), tf.float32))
        session.run(tf.global_variables_initializer())
        if way != "scratch":
            tf.train.Saver(convolutions).restore(session, checkpoint)
        for rows in batches(len(labels), steps, seed):
            session.run(train_op, {images: pictures[rows], answers: labels[rows]})
        parts = np.array_split(np.arange(len(tested[1])), -(-len(tested[1]) // 500))
        shares = [session.run(right, {images: tested[0][part], answers: tested[1][part]}) for part in parts]
        return float(np.average(shares, weights=[len(part) for part in parts]))


def some_of_each(labels, count, seed):
    """The numbers of `count` random digits, the same number of each class."""
    random = np.random.RandomState(seed)
    each = count // len(np.unique(labels))
    return np.concatenate([random.choice(np.flatnonzero(labels == label), each, False) for label in np.unique(labels)])


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", help="for the autoencoder's checkpoint; a temporary one by default")
    parser.add_argument("--first-steps", type=int, default=5000, help="of the autoencoder")
    parser.add_argument("--steps", type=int, default=600, help="of the classifier")
    parser.add_argument("--labelled", type=int, default=1000, help="digits whose labels are known")
    parser.add_argument("--seeds", type=int, default=5, help="how often the classifier is trained in each way")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        return compare(options, options.folder or temporary)


def compare(options, folder):
    """Prints the table; returns the accuracies [seeds, ways]."""
    (pictures, labels), (test_pictures, test_labels) = tf.keras.datasets.mnist.load_data()
    pictures, test_pictures = (part[..., np.newaxis] / np.float32(255) for part in (pictures, test_pictures))
    labels, tested = labels.astype(np.int64), (test_pictures, test_labels.astype(np.int64))
    checkpoint, error = train_autoencoder(pictures, folder, options.first_steps)
    print(f"autoencoder: squared error {error:.4f} after {options.first_steps} steps on {len(pictures)} digits")
    print(f"classifier: {options.labelled} labelled digits, {options.steps} steps")
    print("seed" + "".join(f"{way:>12}" for way in WAYS))
    results = []
    for seed in range(options.seeds):
        rows = some_of_each(labels, options.labelled, seed)
        shown = pictures[rows], labels[rows], tested
        results.append([train_classifier(*shown, way, checkpoint, options.steps, seed) for way in WAYS])
        print(f"{seed:4}" + "".join(f"{share:12.2%}" for share in results[-1]), flush=True)
    print("mean" + "".join(f"{share:12.2%}" for share in np.mean(results, axis=0)))
    return np.array(results)


if __name__ == "__main__":
    main()
