"""ResNet-50 v1 (He et al. 2015), as slim builds it: the last unit of a block has the stride."""

from __future__ import annotations

from typing import Any

from benchmarks.works.program import Program, classifier, pictures


def build(tf: Any, slim: Any, batch: int, training: bool) -> Program:
    image = tf.placeholder(tf.float32, [None, 224, 224, 3])
    with slim.arg_scope(slim.nets.resnet_v1.resnet_arg_scope(weight_decay=0.0)):
        logits, _ = slim.nets.resnet_v1.resnet_v1_50(image, 1000, is_training=training)
    logits = tf.reshape(logits, [-1, 1000])
    optimizer = tf.train.MomentumOptimizer(0.01, 0.9)
    return classifier(tf, image, logits, pictures(batch, 224, 224, 3), optimizer, training)
