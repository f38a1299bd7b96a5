"""tensorflow.core.example.example_pb2"""

from convflow.formats.example import Example, SequenceExample
