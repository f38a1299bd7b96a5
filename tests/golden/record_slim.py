"""Records tests/golden/slim/: the graphs of tests/slim/programs, built with tf_slim on TensorFlow 2's compat.v1.

ORACLE_PYTHON tests/golden/record_slim.py [PROGRAM ...]
"""

import gzip
import json
import sys
from pathlib import Path
from types import SimpleNamespace

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "programs"))

import under_oracle

if __name__ == "__main__":
    parity_dump = under_oracle.parity_dump()
    tf = parity_dump.load_oracle()
    import tf_slim
    import tf_slim.nets
    from tensorflow.python.framework import ops
    from tensorflow.python.ops import array_ops, control_flow_ops, variable_scope

    # Where TensorFlow's lazy loader looks for it; this release of tf_keras has it elsewhere.
    for name in ("legacy_tf_layers", "legacy_tf_layers.normalization"):
        sys.modules[f"tf_keras.{name}"] = sys.modules[f"tf_keras.src.{name}"]
    # TF-Slim asks for these where earlier releases of TensorFlow had them.
    ops.Tensor = tf.Tensor
    control_flow_ops.cond = tf.cond
    array_ops.stack, array_ops.unstack = tf.stack, tf.unstack
    variable_scope.variable = tf.Variable
    # The first of its kind asks a session which devices there are, and leaves nodes behind, once per process.
    with tf.Graph().as_default():
        tf_slim.conv2d_transpose(tf.zeros([1, 2, 3, 3]), 1, 1, data_format="NCHW")
    tf.contrib = SimpleNamespace(slim=tf_slim)
    out = HERE / "slim"
    out.mkdir(exist_ok=True)
    for source in sorted((HERE.parent / "slim" / "programs").glob("*.py")):
        if len(sys.argv) == 1 or source.stem in sys.argv[1:]:
            graph = json.dumps(parity_dump.dump_program(source, tf), sort_keys=True)
            # Without a time, so that recording again changes nothing.
            (out / f"{source.stem}.graph.json.gz").write_bytes(gzip.compress(graph.encode(), mtime=0))
