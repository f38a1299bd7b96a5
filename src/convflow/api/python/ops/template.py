"""tensorflow.python.ops.template"""

from convflow.modeling.variables.template import make_template
