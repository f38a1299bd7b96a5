"""Records tests/golden/layers/: the graphs of tests/modeling/layers/programs under TensorFlow 2's compat.v1.

ORACLE_PYTHON tests/golden/record_layers.py
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "programs"))

import under_oracle

if __name__ == "__main__":
    parity_dump = under_oracle.parity_dump()
    tf = parity_dump.load_oracle()
    # The first of its kind asks a session which devices there are, and leaves nodes behind, once per process.
    with tf.Graph().as_default():
        tf.layers.max_pooling1d(tf.zeros([1, 2, 3]), 1, 1, data_format="channels_first")
    out = HERE / "layers"
    out.mkdir(exist_ok=True)
    for source in sorted((HERE.parent / "modeling" / "layers" / "programs").glob("*.py")):
        parity_dump.write(parity_dump.dump_program(source, tf), out / f"{source.stem}.graph.json")
