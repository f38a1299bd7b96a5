"""VGG-16 (Simonyan, Zisserman 2014), as slim builds it: the dense layers are convolutions."""

from __future__ import annotations

from typing import Any

from benchmarks.works.program import Program, classifier, pictures


def build(tf: Any, slim: Any, batch: int, training: bool) -> Program:
    image = tf.placeholder(tf.float32, [None, 224, 224, 3])
    with slim.arg_scope(slim.nets.vgg.vgg_arg_scope(weight_decay=0.0)):
        logits, _ = slim.nets.vgg.vgg_16(image, 1000, is_training=training)
    optimizer = tf.train.MomentumOptimizer(0.01, 0.9)
    return classifier(tf, image, logits, pictures(batch, 224, 224, 3), optimizer, training)
