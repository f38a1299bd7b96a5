"""Records tests/golden/slim/preprocessing.npz: what the research models' preprocessing makes of small pictures.

ORACLE_PYTHON tests/golden/record_preprocessing.py RESEARCH_SLIM_FOLDER; see research_oracle.py.
"""

import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import preprocessing_cases
import research_oracle

if __name__ == "__main__":
    tf = research_oracle.load(sys.argv[1])
    from preprocessing import preprocessing_factory

    recorded = preprocessing_cases.results(tf, preprocessing_factory)
    np.savez_compressed(HERE / "slim" / "preprocessing.npz", **recorded)
