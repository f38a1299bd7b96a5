"""Inception v1 (Szegedy et al. 2014) with batch normalization, as slim builds it."""

from __future__ import annotations

from typing import Any

from benchmarks.works.program import Program, classifier, pictures


def build(tf: Any, slim: Any, batch: int, training: bool) -> Program:
    image = tf.placeholder(tf.float32, [None, 224, 224, 3])
    with slim.arg_scope(slim.nets.inception_v1.inception_v1_arg_scope(weight_decay=0.0)):
        logits, _ = slim.nets.inception_v1.inception_v1(image, 1000, is_training=training)
    optimizer = tf.train.MomentumOptimizer(0.01, 0.9)
    return classifier(tf, image, logits, pictures(batch, 224, 224, 3), optimizer, training)
