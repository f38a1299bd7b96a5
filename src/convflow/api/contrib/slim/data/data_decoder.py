"""tf.contrib.slim.data.data_decoder"""

from convflow.slim.data.data_decoder import DataDecoder
