"""The suite runs in one process for each processor (`-n auto`), so each computes on one thread."""

import os

# Before PyTorch is imported anywhere.
os.environ.setdefault("OMP_NUM_THREADS", "1")
