"""tensorflow.python.summary.writer.writer"""

from convflow.training.writer import FileWriter
