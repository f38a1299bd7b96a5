"""Records tests/golden/updates/values.npz: what TensorFlow's update nodes make of given variables.

    ORACLE_PYTHON tests/golden/record_updates.py

Under each case's name (`updates/cases.py`) the variables after the second of two steps, stacked.
"""

import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "programs"), str(HERE / "updates")]

import under_oracle
from cases import WITHOUT_REFERENCES, cases


def after_two_steps(tf, case):
    resource = case.family in WITHOUT_REFERENCES
    with tf.Graph().as_default(), tf.Session() as session:
        variables = {
            name: tf.Variable(value.astype(case.dtype), name=name, use_resource=resource)
            for name, value in case.start.items()
        }
        session.run(tf.global_variables_initializer())
        make = getattr(tf.raw_ops, case.op_type(resource))
        for gradient in case.gradients:
            places = {name: v.handle if resource else v._ref() for name, v in variables.items()}
            update = make(**places, **case.inputs(gradient), **case.attrs)
            session.run(update.op if hasattr(update, "op") else update)
        return np.stack(session.run(list(variables.values())))


if __name__ == "__main__":
    tensorflow = under_oracle.parity_dump().load_oracle()
    recorded = {case.id: after_two_steps(tensorflow, case) for case in cases()}
    np.savez_compressed(HERE / "updates" / "values.npz", **recorded)
    print(len(recorded), "cases")
