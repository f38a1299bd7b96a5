"""Seed 003's programs: the book's listings, chapter by chapter, in the frames of `book/`. See `framed`.

    python tests/programs/book.py OUT [NAME ...]

writes each program into a folder of its own.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

from extract import Piece
from framed import Framed, before, chain, joined, swap


def prompts(code: str) -> str:
    """An interactive session as statements; what its last line shows is printed."""
    lines = [line.removeprefix(">>> ") for line in code.strip().splitlines()]
    return "\n".join([*lines[:-1], f"print({lines[-1]})"]) + "\n"


def decoder_inside(code: str) -> str:
    """The block that begins at DECODER belongs to the constructor above it: one level deeper."""
    at = code.index("    with tf.name_scope('DECODER')")
    return code[:at] + textwrap.indent(code[at:], "    ")


def close_list(code: str) -> str:
    """The list at the end of a listing lost its bracket to the page break."""
    return code.rstrip() + "\n]\n"


# The class keeps its members under names such as `_x_` and `__x`, which Python takes for several.
ONE_NAME = joined(r"self\.__?(x|y|is_training|merged_summary_op|saver|session|writer)_?\b", r"self.__\1")

PROGRAMS: dict[str, dict[str, Piece]] = {
    "chapter1_hello": {"session": Piece(">>> import tensorflow", prompts)},
    "chapter1_levels": {
        # tf.nn.conv2d takes upper-case paddings only.
        "low": Piece("shape=weight_shape", swap(("'same'", "'SAME'"))),
        "high": Piece("def my_conv_2d(input, kernel_size"),
    },
    "chapter1_iris": {
        # One-hot labels are what the placeholder takes.
        "data": Piece('load_dataset("iris")', joined(r"(\w+_labels) = shuffled_labels\[", r"\1 = one_hot_labels[")),
        "model": Piece("def linear_model"),
        "inputs": Piece('name="target_labels"'),
        "call": Piece("model_out = linear_model(x)"),
        "loss": Piece("tf.losses.hinge_loss"),
        "optimizer": Piece("GradientDescentOptimizer(learning_rate=0.5)"),
        "correct": Piece("tf.argmax(model_out,1), tf.argmax(y,1)"),
        "initializer": Piece("initializer = tf.global_variables_initializer()"),
        # The data have two dimensions; the text around has the accuracies printed once, after the loop.
        "session": Piece(
            "for i in range(1000)", chain(swap(("[:, :, :]", "[:, :]")), joined(r"(?m)^    ( *print)", r"\1"))
        ),
    },
    "chapter2_gates": {"gates": Piece("class MultiplyGate")},
    # One parenthesis of format(...) is missing.
    "chapter2_xor": {"program": Piece("num_input = 2\n", joined(r"(format\(step, .*\}\))\)", r"\1))"))},
    "chapter2_mnist": {
        "head": Piece("x_image = tf.reshape(x_, [-1, 28, 28, 1])"),
        # The frame says how many steps.
        "tail": Piece("rate=0.4, training=is_training", swap(("range(2000)", "range(STEPS)"))),
    },
    "chapter2_pieces": {
        "dense": Piece("inputs=some_input_layer, units=1024"),
        "reshape": Piece("reshaped_input_to_dense_layer"),
        "loss": Piece("tf.losses.sparse_softmax_cross_entropy(labels=labels, logits=logits)"),
        "conv": Piece("inputs=input_layer,"),
        "padding": Piece("# Same padding"),
        "pool": Piece("inputs=some_input_layer, pool_size"),
        # The folder lost its quotation marks; what a run of the summary gives is what can be written.
        "summaries": Piece(
            '"""Create your model"""',
            chain(
                swap(('"""Create your model"""', "sess.run(tf.global_variables_initializer())")),
                swap(
                    ("/tmp/summarys/", "'summaries'"), ("(merged_summary, global", "(sess.run(merged_summary), global")
                ),
            ),
        ),
    },
    "chapter3_data": {
        # `tf` is no package to import from; two prints lost their quotation marks.
        "cifar10": Piece(
            "print('x_train shape:'",
            chain(
                swap(("from tf.keras", "from tensorflow.keras")),
                joined(r"'(\w+\.shape\[0\]):', (\w+) samples", r"\1, '\2 samples'"),
            ),
        ),
        "sigmoid": Piece("tf.losses.sigmoid_cross_entropy"),
        "softmax": Piece("logits=model_logits"),
    },
    "chapter3_cifar": {
        "imports": Piece("import fire"),
        "class": Piece("class Train:", before("    def build_graph")),
        "inputs": Piece("self._x_ = tf.placeholder", ONE_NAME),
        "convolutions": Piece("inputs=self._x_", ONE_NAME),
        "dense": Piece("[-1, 4 * 4 * 32]"),
        "loss": Piece("self.__loss_val = tf.reduce_mean", ONE_NAME),
        "rate": Piece('tf.summary.scalar("learning_rate"'),
        "merge": Piece("self._merged_summary_op = ", ONE_NAME),
        "session": Piece('"./logs/cifar10"', ONE_NAME),
        "data": Piece("# Use keras to load the complete cifar"),
        # The first feed lost its last line; the frame says how many steps.
        "loop": Piece(
            "# Train Loop",
            chain(
                swap(("range(20000)", "range(STEPS)")),
                ONE_NAME,
                joined(r"(batch_y_train,)\n\n", r"\1 self.__is_training: False})\n\n"),
            ),
        ),
        "checkpoint": Piece("checkpoint_path = os.path.join(save_dir"),
        "save": Piece("filename = self.__saver.save("),
    },
    "chapter3_generalize": {
        "initializers": Piece("kernel_initializer=tf.truncated_normal_initializer(stddev=0.01)"),
        "l2": Piece("tf.contrib.layers.l2_regularizer"),
        "regularized": Piece("kernel_regularizer=l2_reg"),
        "collected": Piece("tf.GraphKeys.REGULARIZATION_LOSSES"),
        # The function is called add_n and takes one list; the training loss is left open.
        "combined": Piece(
            "tf.n_add",
            swap(("[...]", "task_loss"), ("tf.n_add(train_loss, reg_losses)", "tf.add_n([train_loss] + reg_losses)")),
        ),
        "dropout": Piece("tf.layers.dropout(fc1"),
        "batch_norm": Piece("conv3_bn = "),
    },
    "chapter5_vgg": {
        "head": Piece("conv1_1 = tf.layers.conv2d"),
        # fc8 is the local name of the line above.
        "tail": Piece("pool5_flat", chain(swap(("self.fc8", "fc8")))),
    },
    "chapter5_inception": {"block": Piece("def inception_block_a")},
    "chapter5_resnet": {
        "groups": Piece("BottleneckGroup = namedtuple", close_list),
        # The brackets stand for the first layers.
        "network": Piece("net = conv + net", swap(("[]\n", ""))),
    },
    "chapter6_autoencoder": {
        # 7 x 7 x 32 values are developed, which are 32 channels.
        "model": Piece("class CAE_CNN(object)", chain(swap(("7, 7, 64]", "7, 7, 32]")), decoder_inside)),
        "loss": Piece('"CAE_LOSS"'),
    },
    "chapter6_vae": {
        "encoder": Piece("class VAE_CNN(object)"),
        "latent": Piece("self.__samples = tf.random_normal"),
        # The page breaks inside a call.
        "decoder": Piece("# DECONV2\n    # Model output\n    self.__y"),
        "decoder_end": Piece('padding="same", activation=tf.nn.sigmoid)\n\n# Model output'),
        "loss": Piece('"VAE_LOSS"'),
        "generator": Piece("class VAE_CNN_GEN"),
    },
    "chapter6_gan": {
        "discriminator": Piece("fc1 = tf.layers.dense(inputs=x, units=256"),
        "generator": Piece("units=784, activation=tf.nn.tanh"),
        # The loss that is averaged is named one line above.
        "loss": Piece("def gan_loss", swap(("tf.reduce_mean(G_loss)", "tf.reduce_mean(generator_loss)"))),
        "solvers": Piece("discriminator_solver = tf.train.AdamOptimizer"),
        "sample": Piece("z = tf.random_uniform"),
        "reuse": Piece("scope.reuse_variables()"),
        "variables": Piece("discriminator_vars = "),
        "steps": Piece("discriminator_train_step = "),
    },
    "chapter6_dcgan": {
        "models": Piece("unflatten = tf.reshape"),
        "loss": Piece("def gan_loss", swap(("tf.reduce_mean(G_loss)", "tf.reduce_mean(generator_loss)"))),
        "solvers": Piece("discriminator_solver = tf.train.AdamOptimizer"),
        "sample": Piece("z = tf.random_uniform"),
        "reuse": Piece("scope.reuse_variables()"),
        "variables": Piece("discriminator_vars = "),
        "steps": Piece("discriminator_train_step = "),
    },
    "chapter6_wgan": {
        # The discriminator comes after the losses that call it, and beside the vanilla one: see the frame.
        "discriminator": Piece(
            '""" WGAN """', lambda code: code[code.rindex('""" WGAN """') : code.index("# theta_D")]
        ),
        "losses": Piece('""" WGAN """', lambda code: code[code.index('""" WGAN """') : code.rindex('""" Vanilla GAN')]),
        "clip": Piece('""" WGAN """', lambda code: code[code.index("# theta_D") :]),
    },
    "chapter6_conditional": {
        # tf.concat calls the dimension axis.
        "models": Piece("inputs = tf.concat", swap(("concat_dim=1", "axis=1"))),
        # The same call leaves its axis out.
        "minibatch": Piece(
            "def minibatch",
            swap(("tf.concat([input, minibatch_features])", "tf.concat([input, minibatch_features], 1)")),
        ),
    },
    "chapter7_transfer": {
        # Two dense layers bear one name; the first is the `fc1` that the printed list shows. The instance that is
        # asked about is left out, and so is the size of the latent vector, which the encoder does not have.
        "model": Piece(
            "# Only half of the autoencoder",
            chain(
                joined(r"activation=tf\.nn\.relu,\s+name='logits'", "activation=tf.nn.relu, name='fc1'"),
                swap(("    ...\n", "    __instance = None\n")),
                swap(("def __init__(self, img_size=28)", "def __init__(self, img_size=28, latent_size=20)")),
            ),
        ),
        # The call of the loss lost its end.
        "graph": Piece(
            "SAVE_FOLDER=",
            chain(
                swap(("from models import CAE_CNN_Encoder\n", "")),
                joined(r"(logits=model_out,)\n", r"\1 labels=labels_in))\n"),
                swap(("/tmp/cae_cnn", "cae_cnn")),
            ),
        ),
        # The feed lost its labels; two lines stand at the wrong depth.
        "loop": Piece(
            "for i in range(int(mnist.train.num_examples / batch_size))",
            chain(
                joined(r"feed_dict=\{model_in:batch\[0\]\},", "feed_dict={model_in:batch[0], labels_in:batch[1]})"),
                joined(r"(?m)^writer", "        writer"),
                swap(("loss:%d'", "loss:%f'")),
            ),
        ),
    },
}


BOOK = Framed("003_e5851b6e0a16e699.txt", Path(__file__).with_name("book"), PROGRAMS)

if __name__ == "__main__":
    BOOK.main()
