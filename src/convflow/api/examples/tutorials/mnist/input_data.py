"""tensorflow.examples.tutorials.mnist.input_data"""

from convflow.datasets.input_data import read_data_sets
