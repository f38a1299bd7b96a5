"""Inception v1 (Szegedy et al. 2014) with batch normalization, as slim builds it."""

from __future__ import annotations

from typing import Any

from benchmarks.works.program import Program, classifier, pictures

# What the twins build: filters of a module's branches, which are 1x1; 1x1, 3x3; 1x1, 3x3; pooled 1x1. A number is a
# pooling of that size.
MODULES = (
    (64, 96, 128, 16, 32, 32),
    (128, 128, 192, 32, 96, 64),
    3,
    (192, 96, 208, 16, 48, 64),
    (160, 112, 224, 24, 64, 64),
    (128, 128, 256, 24, 64, 64),
    (112, 144, 288, 32, 64, 64),
    (256, 160, 320, 32, 128, 128),
    2,
    (256, 160, 320, 32, 128, 128),
    (384, 192, 384, 48, 128, 128),
)


def build(tf: Any, slim: Any, batch: int, training: bool) -> Program:
    image = tf.placeholder(tf.float32, [None, 224, 224, 3])
    with slim.arg_scope(slim.nets.inception_v1.inception_v1_arg_scope(weight_decay=0.0)):
        logits, _ = slim.nets.inception_v1.inception_v1(image, 1000, is_training=training)
    optimizer = tf.train.MomentumOptimizer(0.01, 0.9)
    return classifier(tf, image, logits, pictures(batch, 224, 224, 3), optimizer, training)
