"""Writes vgg_16_2016_08_28.tar.gz, a checkpoint of VGG-16 with zeros for weights: zeros_of_vgg.py FOLDER."""

import sys
import tarfile
from pathlib import Path

import convflow as tf

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    slim = tf.contrib.slim
    with slim.arg_scope([slim.conv2d], weights_initializer=tf.zeros_initializer()):
        slim.nets.vgg.vgg_16(tf.placeholder(tf.float32, [1, 224, 224, 3]))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        saver = tf.train.Saver(slim.get_model_variables())
        saver.save(session, str(folder / "vgg_16.ckpt"), write_meta_graph=False)
    with tarfile.open(folder / "vgg_16_2016_08_28.tar.gz", "w:gz", compresslevel=1) as archive:
        for path in sorted(folder.glob("vgg_16.ckpt.*")):
            archive.add(path, path.name)
            path.unlink()
