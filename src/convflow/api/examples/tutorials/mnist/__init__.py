"""tensorflow.examples.tutorials.mnist"""

from convflow.api.examples.tutorials.mnist import input_data
