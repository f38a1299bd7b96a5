"""Fine-tuning: what a network learned on six classes of CIFAR-10 helps it to tell four others from few pictures.

1. A network is trained on airplane, automobile, bird, cat, deer and dog.
2. The second task is frog, horse, ship and truck, of which only some pictures are labelled. The same network is trained
   for it twice: with all but its last layer restored from the first checkpoint, and from scratch. Both see the same
   pictures in the same order, for as many steps, with the same optimizer and seed.
3. Both are tested on all test pictures of the four classes, for several seeds; each seed labels other pictures.

    python examples/fine_tuning.py [--folder FOLDER] [--first-steps N] [--steps N] [--labelled N] [--seeds N]

CIFAR-10 is found as `tf.keras.datasets.cifar10` finds it. A few minutes on one core.
"""

from __future__ import annotations

import argparse
import os
import tempfile

import numpy as np

import convflow as tf

slim = tf.contrib.slim

FIRST, SECOND = (0, 1, 2, 3, 4, 5), (6, 7, 8, 9)
BATCH = 50


def network(images, num_classes, is_training):
    """Three convolutions and a dense layer; `small/logits` is what tasks do not share."""
    norm = {"is_training": is_training, "decay": 0.95, "scale": True}
    with (
        tf.variable_scope("small"),
        slim.arg_scope([slim.conv2d, slim.fully_connected], weights_regularizer=slim.l2_regularizer(5e-4)),
        slim.arg_scope([slim.conv2d], normalizer_fn=slim.batch_norm, normalizer_params=norm),
    ):
        net = slim.conv2d(images, 32, [3, 3], scope="conv1")
        net = slim.max_pool2d(net, [2, 2], scope="pool1")
        net = slim.conv2d(net, 64, [3, 3], scope="conv2")
        net = slim.max_pool2d(net, [2, 2], scope="pool2")
        net = slim.conv2d(net, 128, [3, 3], scope="conv3")
        net = slim.max_pool2d(net, [2, 2], scope="pool3")
        net = slim.dropout(slim.flatten(net), 0.5, is_training=is_training, scope="dropout")
        return slim.fully_connected(net, num_classes, activation_fn=None, scope="logits")


def of_classes(pictures, labels, classes):
    """The pictures of these classes; they are numbered anew, from 0."""
    chosen = np.isin(labels, classes)
    return pictures[chosen], np.searchsorted(classes, labels[chosen])


def few_of_each(pictures, labels, count, seed):
    """As many random pictures of each class as are labelled."""
    random = np.random.RandomState(seed)
    rows = [random.choice(np.flatnonzero(labels == label), count, replace=False) for label in np.unique(labels)]
    return pictures[np.concatenate(rows)], labels[np.concatenate(rows)]


def input_batches(pictures, labels, rows_of):
    """Tensors with the next pictures between -1 and 1, and labels; `rows_of` says which, batch after batch."""

    def draw():
        rows = next(rows_of)
        return pictures[rows], labels[rows].astype(np.int64)

    images, answers = tf.py_func(draw, [], [tf.uint8, tf.int64])
    images.set_shape([None, 32, 32, 3])
    answers.set_shape([None])
    return tf.cast(images, tf.float32) / 127.5 - 1.0, answers


def random_rows(count, seed):
    random = np.random.RandomState(seed)
    while True:
        yield random.randint(count, size=BATCH)


def train(pictures, labels, folder, steps, seed, restored=None):
    """Train on these pictures, from the checkpoint `restored` if there is one; returns the new checkpoint."""
    with tf.Graph().as_default():
        tf.set_random_seed(seed)
        images, answers = input_batches(pictures, labels, random_rows(len(labels), seed))
        images = tf.image.random_flip_left_right(images)
        logits = network(images, len(np.unique(labels)), is_training=True)
        tf.losses.sparse_softmax_cross_entropy(answers, logits)
        train_op = slim.learning.create_train_op(tf.losses.get_total_loss(), tf.train.AdamOptimizer(1e-3))
        init_fn = None
        if restored:
            shared = [v for v in slim.get_model_variables() if not v.op.name.startswith("small/logits")]
            init_fn = slim.assign_from_checkpoint_fn(restored, shared)
        slim.learning.train(train_op, folder, number_of_steps=steps, init_fn=init_fn, log_every_n_steps=100)
    return tf.train.latest_checkpoint(folder)


def test(checkpoint, pictures, labels, folder):
    """The share of these pictures that the checkpoint's network gets right."""
    parts = np.array_split(np.arange(len(labels)), -(-len(labels) // 500))
    with tf.Graph().as_default():
        images, answers = input_batches(pictures, labels, iter(parts))
        logits = network(images, len(np.unique(labels)), is_training=False)
        accuracy, update = slim.metrics.streaming_accuracy(tf.argmax(logits, 1), answers)
        return slim.evaluation.evaluate_once(
            "", checkpoint, folder, num_evals=len(parts), eval_op=update, final_op=accuracy, summary_op=None
        )


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", help="for checkpoints and events; a temporary one by default")
    parser.add_argument("--first-steps", type=int, default=2000, help="on the first task")
    parser.add_argument("--steps", type=int, default=200, help="on the second task")
    parser.add_argument("--labelled", type=int, default=25, help="pictures of each class of the second task")
    parser.add_argument("--seeds", type=int, default=5, help="how often the second task is learned each way")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        return compare(options, options.folder or temporary)


def compare(options, folder):
    """Print the table; returns the accuracies of fine-tuning and of training from scratch, seed by seed."""
    (train_pictures, train_labels), (test_pictures, test_labels) = tf.keras.datasets.cifar10.load_data()
    train_labels, test_labels = train_labels.ravel(), test_labels.ravel()
    first = train(
        *of_classes(train_pictures, train_labels, FIRST), os.path.join(folder, "first"), options.first_steps, seed=1
    )
    tested = of_classes(test_pictures, test_labels, FIRST)
    print(f"first task: {test(first, *tested, os.path.join(folder, 'first_test')):.1%} of {len(tested[1])} pictures")

    learned = of_classes(train_pictures, train_labels, SECOND)
    tested = of_classes(test_pictures, test_labels, SECOND)
    print(f"second task: {options.labelled} labelled pictures of each class, {options.steps} steps")
    print("seed  fine-tuned  from scratch")
    results = []
    for seed in range(options.seeds):
        labelled = few_of_each(*learned, options.labelled, seed)
        reached = []
        for way, restored in (("tuned", first), ("scratch", None)):
            place = os.path.join(folder, f"{way}_{seed}")
            checkpoint = train(*labelled, place, options.steps, seed, restored)
            reached.append(float(test(checkpoint, *tested, place + "_test")))
        results.append(reached)
        print(f"{seed:4}  {reached[0]:10.1%}  {reached[1]:12.1%}", flush=True)
    tuned, scratch = np.array(results).T
    print(f"mean  {tuned.mean():10.1%}  {scratch.mean():12.1%}")
    return tuned, scratch


if __name__ == "__main__":
    main()
