"""Building ResNet-152 as slim has it, with its gradients and Adam; nothing is run."""

from __future__ import annotations

from typing import Any

from benchmarks.works.program import Action, cross_entropy, with_updates


def build(tf: Any, slim: Any, batch: int, training: bool) -> Action:
    def step() -> None:
        with tf.Graph().as_default():
            image = tf.placeholder(tf.float32, [None, 224, 224, 3])
            label = tf.placeholder(tf.float32, [None, 1000])
            with slim.arg_scope(slim.nets.resnet_v1.resnet_arg_scope()):
                logits, _ = slim.nets.resnet_v1.resnet_v1_152(image, 1000, is_training=True)
            loss = cross_entropy(tf, label, tf.reshape(logits, [-1, 1000]))
            with_updates(tf, tf.train.AdamOptimizer(1e-4), loss)

    return Action(step)
