"""tensorflow.python.platform.googletest"""

from convflow.testing.case import TestCase
from convflow.testing.environment import get_temp_dir as GetTempDir
from convflow.testing.environment import main
from convflow.testing.stubs import StubOutForTesting
