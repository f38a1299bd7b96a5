"""tensorflow.examples"""

from convflow.api.examples import tutorials
