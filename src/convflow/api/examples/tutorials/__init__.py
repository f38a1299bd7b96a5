"""tensorflow.examples.tutorials"""

from convflow.api.examples.tutorials import mnist
