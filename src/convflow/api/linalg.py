"""tf.linalg"""

from convflow.ops.array.diag import diag as tensor_diag
from convflow.ops.array.diag import diag_part as tensor_diag_part
from convflow.ops.array.diag import matrix_band_part as band_part
from convflow.ops.array.eye import eye
from convflow.ops.array.matrix_diag import matrix_diag as diag
from convflow.ops.array.matrix_diag import matrix_diag_part as diag_part
from convflow.ops.array.matrix_diag import matrix_set_diag as set_diag
from convflow.ops.array.transpose import matrix_transpose
from convflow.ops.array.transpose import matrix_transpose as transpose
