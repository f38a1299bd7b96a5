"""tensorflow.python.platform.test"""

from unittest import mock

from convflow.api.test import *
