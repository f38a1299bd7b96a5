"""tf.contrib.slim.data.test_utils"""

from convflow.slim.data.test_utils import create_tfrecord_files, generate_image
