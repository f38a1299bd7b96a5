"""tensorflow.python.tools.strip_unused_lib"""

from convflow.training.strip_unused import strip_unused, strip_unused_from_files
