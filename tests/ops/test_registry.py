"""An op is found by its name, whatever was imported before."""

import subprocess
import sys

_PROGRAM = """
from convflow.graph import opdef
from convflow.ops.array.constant import constant

assert "Unique" not in {op.name for op in opdef.all_ops()}, "this test needs an op that nothing here imports"
assert opdef.get_op("Unique").name == "Unique"
assert opdef.is_registered("L2Loss") and not opdef.is_registered("NoSuchOp")
try:
    opdef.get_op("NoSuchOp")
except NotImplementedError as error:
    assert str(error) == "convflow has no op called 'NoSuchOp'.", error
else:
    raise AssertionError("an op that is not there was found")
"""


def test_an_op_is_found_that_nothing_has_imported():
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
