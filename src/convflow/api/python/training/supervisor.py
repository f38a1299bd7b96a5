"""tensorflow.python.training.supervisor"""

from convflow.training.supervisor import Supervisor
